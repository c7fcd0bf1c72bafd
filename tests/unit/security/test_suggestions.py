"""The next steps: every one an intent with words for its button."""

from __future__ import annotations

import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message

from common.settings import ROOT
from custom_components.channels.house import SUGGESTIONS
from custom_components.channels.suggestions import MOST, Suggestions
from tests.dialogue import domain, rules

MOST_TITLE = 24
"""What a row of the narrowest messaging channel shows in full."""


def test_every_step_has_words_and_no_word_is_unused():
    content = yaml.safe_load(SUGGESTIONS.read_text())
    steps = {step for steps in content["suggestions"].values() for step in steps}
    assert steps == set(content["titles"]) | set(content["actions"])
    shown = {**content["titles"], **content["choices"], **content["actions"]}
    assert {title for title in shown.values() if not 0 < len(title) <= MOST_TITLE} == set()
    assert len(set(shown.values())) == len(shown)


def test_every_step_leads_to_a_rule_whose_action_exists():
    content = yaml.safe_load(SUGGESTIONS.read_text())
    for step in {step for steps in content["suggestions"].values() for step in steps} - set(content["actions"]):
        assert rules()[step] in {*domain()["actions"], *domain()["forms"]}, step


def test_titles_are_in_the_language_of_the_talk():
    [first, *_] = Suggestions(SUGGESTIONS).after("check_balance", language="de")
    assert first == {"title": "Umsätze zeigen", "payload": "/transaction_history"}


def test_steps_are_buttons_and_few():
    after = Suggestions(SUGGESTIONS).after("check_balance")
    assert after[0] == {"title": "Show my transactions", "payload": "/transaction_history"}
    assert len(after) <= MOST
    assert Suggestions(SUGGESTIONS).after(None) == []
    assert Suggestions(SUGGESTIONS).after("inform") == []


def test_what_the_data_suggests_comes_first_and_once():
    after = Suggestions(SUGGESTIONS).after("freeze_card", ["unfreeze_card", "check_balance"])
    assert [step["payload"] for step in after[:2]] == ["/unfreeze_card", "/check_balance"]
    assert len(after) == len({step["payload"] for step in after}) == MOST


def test_rasa_reads_every_button_as_its_intent_and_no_step_changes_what_a_rule_sees():
    suggestions = Suggestions(SUGGESTIONS)
    known = Domain.load(str(ROOT / "domain.yml"))
    read = []
    for intent in known.intents:
        for button in suggestions.after(intent):
            message = Message.build(button["payload"])
            found = YAMLStoryReader.unpack_regex_message(message, domain=known)
            assert found.get("intent")["name"] in known.intents, button
            assert known.intent_properties[found.get("intent")["name"]]["used_entities"] == []
            read += [(found.get("intent")["name"], one["value"]) for one in found.get("entities")]
    assert ("declined_transfer", "change_transfer_limit") in read
    assert len(read) == len(yaml.safe_load(SUGGESTIONS.read_text())["actions"])
