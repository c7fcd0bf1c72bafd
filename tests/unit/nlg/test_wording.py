"""Wording in two languages: what is missing falls to English and is said once; files change without a restart."""

from __future__ import annotations

import os
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from common import locales
from custom_components.nlg import wording as module
from custom_components.nlg.generator import LanguageNLG
from custom_components.nlg.wording import FOLDER, Wording, WordingMissing


@pytest.fixture
def small(tmp_path: Path) -> Wording:
    (tmp_path / "a.yml").write_text("responses: {utter_a: [{text: 'A {x}'}], utter_b: [{text: B}]}")
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "a.yml").write_text("wording: {utter_a: [{text: 'Ä {x}'}], utter_not_translated: [{text: (E)}]}")
    return Wording(tmp_path)


def tracker(language: str | None = None) -> DialogueStateTracker:
    made = DialogueStateTracker("talk", [AnySlot("language", mappings=[{}])])
    if language:
        made.update(SlotSet("language", language))
    return made


def test_no_file_of_another_language_is_read_by_rasa() -> None:
    for file in (FOLDER / "de").glob("*.yml"):
        assert set(yaml.safe_load(file.read_text(encoding="utf-8"))) == {"wording"}


@pytest.mark.parametrize(
    ("response", "language", "said"),
    [("utter_a", "de", "Ä 1"), ("utter_a", "en", "A 1"), ("utter_a", "fr", "A 1"), ("utter_b", "de", "B")],
)
def test_a_response_is_found_in_the_language_or_in_english(
    small: Wording, response: str, language: str, said: str
) -> None:
    assert small.text(response, language, {"x": "1"}) == said


def test_an_unknown_response_is_an_error(small: Wording) -> None:
    with pytest.raises(WordingMissing):
        small.find("utter_c", "de")


async def test_rasa_speaks_the_language_of_the_slot_or_of_the_utterance(small: Wording) -> None:
    nlg = LanguageNLG(None, Domain.empty(), small)
    assert (await nlg.generate("utter_a", tracker("de"), "rest", x="{y}"))["text"] == "Ä {y}"
    assert (await nlg.generate("utter_a", tracker(), "rest", x="1", language="de"))["text"] == "Ä 1"
    assert (await nlg.generate("utter_a", tracker(), "rest", x="1"))["text"] == "A 1"
    assert await nlg.generate("utter_c", tracker(), "rest") is None


async def test_what_is_english_only_says_so_once_a_session(small: Wording) -> None:
    nlg, talk = LanguageNLG(None, Domain.empty(), small), tracker("de")
    assert [(await nlg.generate("utter_b", talk, "rest"))["text"] for _ in range(2)] == ["(E) B", "B"]
    talk.update(BotUttered("(E) B"))
    assert (await LanguageNLG(None, None, small).generate("utter_b", talk, "rest"))["text"] == "B"


def test_a_changed_file_is_read_again_and_a_broken_one_changes_nothing(
    small: Wording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
    for content, stamp, said in [
        ("{utter_b: [{text: C}]}", 1, "C"),
        ("{utter_b: [", 2, "C"),
        ("{utter_b: [{text: D}]}", 3, "D"),
    ]:
        (tmp_path / "a.yml").write_text(f"responses: {content}")
        os.utime(tmp_path / "a.yml", (stamp, stamp))
        assert small.text("utter_b", "en", {}) == said


@pytest.mark.parametrize(
    ("language", "money", "day", "moment", "number", "names"),
    [
        ("en", "£1,250.50", "Friday 20 November", "20 November at 10:30", "1.5", "a, b and c"),
        (
            "de",
            "1.250,50\N{NO-BREAK SPACE}£",
            "Freitag, 20. November",
            "20. November um 10:30 Uhr",
            "1,5",
            "a, b und c",
        ),
    ],
)  # fmt: skip
def test_values_are_written_as_the_language_writes_them(
    language: str, money: str, day: str, moment: str, number: str, names: str
) -> None:
    at = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)
    assert locales.money(125050, "GBP", language) == money
    assert locales.day(date(2026, 11, 20), language) == day
    assert locales.moment(at, ZoneInfo("Europe/London"), language) == moment
    assert locales.number(Decimal("1.50"), language) == number
    assert locales.listed(["a", "b", "c"], language) == names
