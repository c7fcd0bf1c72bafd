"""German beside English: every sentence with its facts, every word of the bank's own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest
import yaml

from common.locales import HOME
from common.settings import ROOT
from common.vocabulary import vocabulary
from custom_components.nlg.wording import FOLDER

FIELD = re.compile(r"{(\w+)}")
MOST_TITLE = 24
ENGLISH_ONLY = 0.05
"""The share of responses that may wait for their German; the assistant says so once when one of them is uttered."""
BANK_TABLES = yaml.safe_load((ROOT / "actions/bank/seed_data/policies.yml").read_text(encoding="utf-8"))
MET_EVERYWHERE = ("service", "conduct", "transfers", "accounts", "cards", "exchange", "errors", "notices")


@lru_cache(maxsize=2)
def read(language: str) -> dict[str, list[dict[str, Any]]]:
    folder, key = (FOLDER, "responses") if language == HOME else (FOLDER / language, "wording")
    files = sorted(folder.glob("*.yml"))
    return {name: said for file in files for name, said in yaml.safe_load(file.read_text("utf-8"))[key].items()}


def facts(variants: list[dict[str, Any]]) -> list[set[str]]:
    return [set(FIELD.findall(variant["text"])) for variant in variants]


def test_nearly_every_response_has_its_german() -> None:
    missing = sorted(set(read("en")) - set(read("de")))
    share = 1 - len(missing) / len(read("en"))
    assert share >= 1 - ENGLISH_ONLY, f"{share:.1%} of the responses are in German; without: {', '.join(missing)}"


def test_german_answers_nothing_that_english_does_not() -> None:
    assert set(read("de")) <= set(read("en"))


@pytest.mark.parametrize("response", sorted(read("de")))
def test_german_says_what_english_says(response: str) -> None:
    english, german = read("en")[response], read("de")[response]
    needed, known = set.intersection(*facts(english)), set.union(*facts(english))
    assert len({variant["text"] for variant in german}) >= 2
    for variant, told in zip(german, facts(german), strict=True):
        assert needed <= told <= known, variant["text"]
        payloads = [button["payload"] for button in variant.get("buttons", ())]
        assert payloads == [button["payload"] for button in english[0].get("buttons", ())]
        asks = response.startswith("utter_ask_") or response == "utter_transfer_summary"
        assert variant["text"].endswith("?") or not asks, variant["text"]
        assert not re.search(r"\b(?:du|dein\w*|dich|dir)\b", variant["text"]), variant["text"]


@pytest.mark.parametrize("name", ["titles", "choices", "actions"])
def test_every_button_has_a_short_german_title(name: str) -> None:
    shown = yaml.safe_load((ROOT / "data" / "suggestions.yml").read_text(encoding="utf-8"))[name]
    german = [vocabulary("de").word(title) for title in shown.values()]
    assert not set(shown.values()) & set(german)
    assert len(set(german)) == len(german)
    assert {title for title in german if len(title) > MOST_TITLE} == set()


def column(table: str, name: str) -> list[str]:
    place = BANK_TABLES[table]["columns"].index(name)
    return [row[place] for row in BANK_TABLES[table]["rows"]]


@pytest.mark.parametrize(
    ("table", "name"),
    [("reason_codes", "explanation"), ("reason_codes", "fix"), ("fees", "rule"), ("countries", "name"),
     ("countries", "region"), ("currencies", "name"), ("supported_languages", "name"),
     ("scheme_acceptance", "place"), ("identity_documents", "document"), ("topup_methods", "detail")],
)  # fmt: skip
def test_the_words_of_the_banks_tables_are_known_in_german(table: str, name: str) -> None:
    texts = {text for cell in column(table, name) for text in str(cell).split("|")}
    assert {text for text in texts if vocabulary("de").word(text) == text and not is_shared(text)} == set()


def is_shared(text: str) -> bool:
    """Whether the German is the same word, which the vocabulary says by an entry of its own."""
    return vocabulary("de").knows(text)
