"""Secrets that nobody asked for, the first contact, and the language."""

from __future__ import annotations

import pytest

from actions.parsing.languages import wished_language
from actions.parsing.secrets import without_secrets
from tests.dialogue import Talk, names


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("4111 1111 1111 1111", "card"),
        ("my card is 5555-5555-5555-4444, why was it declined?", "card"),
        ("４１１１ １１１１ １１１１ １１１１", "card"),
        ("123456", "code"),
        ("123 456.", "code"),
        ("my pin is 4321", "code"),
        ("CVV 123", "code"),
        ("the security code is 998877", "code"),
        ("my sort code is 200000", None),
        ("card ending 4821", None),
        ("I paid 1500 to Jo on 12.03.2026", None),
        ("GB29 NWBK 6016 1331 9268 19", None),
        ("order 100200300400500", None),
        ("I have not got the code", None),
        ("what is error code 4711", None),
    ],
)
def test_secrets_are_found_and_taken_out(text: str, secret: str | None) -> None:
    rest, found = without_secrets(text)
    assert found == secret
    digits = "".join(char for char in rest if char.isdigit())
    assert len(digits) < 4 if secret else rest == text


@pytest.mark.parametrize(
    ("text", "asked", "language"),
    [
        ("Deutsch bitte", False, "de"),
        ("auf Deutsch, bitte!", False, "de"),
        ("sprechen Sie Deutsch?", False, "de"),
        ("can we speak German please", False, "de"),
        ("I would feel much better in german if possible", True, "de"),
        ("English please", False, "en"),
        ("zurück auf Englisch", False, "en"),
        ("send 20 to my German teacher", False, None),
        ("does my card work with Deutsche Bahn", False, None),
        ("habla español", True, None),
    ],
)
def test_a_wish_for_a_language_is_understood(text: str, asked: bool, language: str | None) -> None:
    assert wished_language(text, asked=asked) == language


async def test_a_typed_card_number_is_warned_about_and_used_for_nothing(talk: Talk) -> None:
    assert names(await talk.say("4111 1111 1111 1111", "inform")) == ["utter_secret_card"]
    replies = names(await talk.say("why was 4111 1111 1111 1111 declined, my balance?", "check_balance"))
    assert replies[0] == "utter_secret_card"
    assert "utter_accounts_balance" in replies


async def test_a_code_without_a_form_is_warned_about(talk: Talk) -> None:
    assert names(await talk.say("123456", "inform")) == ["utter_secret_code"]


async def test_a_code_that_a_form_asked_for_is_no_secret_out_of_place(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    assert names(await talk.say("123456")) == ["utter_transfer_done"]


@pytest.mark.parametrize("intent", ["greet", "check_balance", "transfer_money", "nlu_fallback"])
async def test_the_first_contact_says_once_who_speaks(talk: Talk, intent: str) -> None:
    talk.events.append({"event": "session_started"})
    assert names(await talk.say("hello", intent))[0] == "utter_first_contact"
    assert "utter_first_contact" not in names(await talk.say("my balance", "check_balance"))


async def test_german_goes_through_a_whole_transfer(talk: Talk) -> None:
    replies = await talk.say("Deutsch bitte", "nlu_fallback")
    assert (names(replies), replies[0].facts["language"]) == (["utter_language_changed"], "de")
    await talk.say("send money", "transfer_money")
    await talk.say("an Maya Fernandes bitte", "out_of_scope")
    summary = (await talk.say("25,50 €", "nlu_fallback"))[-1]
    if summary.response != "utter_transfer_summary":
        summary = (await talk.say("Euro", "nlu_fallback"))[-1]
    assert summary.response == "utter_transfer_summary"
    assert "25,50" in summary.facts["amount"]
    assert names(await talk.say("ja bitte", "nlu_fallback"))[-1] == "utter_ask_transfer_code"
    assert names(await talk.say("abbrechen", "out_of_scope"))[-1] == "utter_transfer_cancelled"


async def test_a_wish_for_a_language_in_a_form_answers_no_question(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    replies = names(await talk.say("Deutsch bitte", "inform"))
    assert replies == ["utter_language_changed", "utter_transfer_summary"]
