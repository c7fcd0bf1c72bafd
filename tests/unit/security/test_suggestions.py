"""The next steps: every one an intent with words for its button."""

from __future__ import annotations

import yaml

from custom_components.channels.house import SUGGESTIONS
from custom_components.channels.suggestions import MOST, Suggestions


def test_every_step_has_words_and_no_word_is_unused():
    content = yaml.safe_load(SUGGESTIONS.read_text())
    steps = {step for steps in content["suggestions"].values() for step in steps}
    assert steps == set(content["titles"])
    assert all(0 < len(title) <= 40 for title in content["titles"].values())


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
