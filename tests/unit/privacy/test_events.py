"""Which field of an event is treated how, without a database."""

from __future__ import annotations

import re
from typing import Any

import pytest

from common.privacy.scrubber import Scrubber
from custom_components.privacy.events import REFERENCE, DialogueState, EventScrubber


@pytest.fixture
def events(scrubber: Scrubber) -> EventScrubber:
    return EventScrubber(scrubber, lambda text: "pseudonym")


def user(text: str, **more: Any) -> dict[str, Any]:
    parsed = {"text": text, "intent": {"name": "inform", "confidence": 1.0}, "entities": [], "text_tokens": [(0, 3)]}
    return {"event": "user", "timestamp": 1.0, "text": text, "parse_data": {**parsed, **more}, "metadata": {}}


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "timestamp": 1.0, "name": name, "value": value}


def test_as_many_events_come_out_as_go_in(events: EventScrubber) -> None:
    given = [user("hello"), slot("x", 1), {"event": "rewind", "timestamp": 2.0}]
    assert [payload["event"] for payload in events.scrub(given, DialogueState()).payloads] == ["user", "slot", "rewind"]


def test_a_sensitive_slot_becomes_a_reference(events: EventScrubber) -> None:
    batch = events.scrub([slot("transfer_payee", {"name": "Sam"})], DialogueState())
    reference = batch.payloads[0]["value"][REFERENCE]
    assert batch.vault == {reference: ("transfer_payee", {"name": "Sam"})}


def test_a_slot_set_and_emptied_in_one_turn_leaves_nothing(events: EventScrubber) -> None:
    batch = events.scrub([slot("transfer_payee", "Sam"), slot("transfer_payee", None)], DialogueState())
    assert batch.vault == {}
    assert batch.cleared == {"transfer_payee"}


@pytest.mark.parametrize("name", ["transfer_code", "card_pin", "card_cvv", "login_password"])
def test_a_code_is_not_even_vaulted(events: EventScrubber, name: str) -> None:
    batch = events.scrub([slot(name, "482913")], DialogueState())
    assert batch.payloads[0]["value"] is None
    assert batch.vault == {}


def test_the_marker_of_a_used_code_stays(events: EventScrubber) -> None:
    assert events.scrub([slot("transfer_code", "verified")], DialogueState()).payloads[0]["value"] == "verified"


def test_the_open_question_decides_what_a_number_is(events: EventScrubber) -> None:
    state = DialogueState()
    said = [
        slot("requested_slot", "transfer_amount"),
        user("2500"),
        slot("requested_slot", "transfer_code"),
        user("482913"),
    ]
    texts = [payload["text"] for payload in events.scrub(said, state).payloads if payload["event"] == "user"]
    assert texts == ["2500", "<CODE>"]
    assert state.requested_slot == "transfer_code"


def test_a_payee_is_replaced_wherever_it_stands(events: EventScrubber) -> None:
    said = [
        user(
            "zebediah quux should get it",
            entities=[{"entity": "payee", "value": "zebediah quux", "text": "zebediah quux"}],
        ),
        slot("transfer_payee", {"name": "Zebediah Quux", "tail": "26819"}),
        {
            "event": "bot",
            "timestamp": 1.0,
            "text": "To Zebediah  Quux?",
            "data": {"buttons": [{"title": "Zebediah Quux"}]},
        },
    ]
    assert "quux" not in str(events.scrub(said, DialogueState()).payloads).lower()


def test_facts_beside_a_bots_words_are_not_stored(events: EventScrubber) -> None:
    facts: dict[str, Any] = {"old": {"value": "4 Birch Lane"}, "iban": "DE89370400440532013000"}
    marks = {"utter_action": "utter_transfer_done", "notice": "notice-7"}
    words = "Done: €5.00 is on its way to Pádraig Ó Síoráin."
    facts["payee"] = "Pádraig Ó Síoráin"
    said = {"event": "bot", "timestamp": 1.0, "text": words, "data": {}, "metadata": {**facts, **marks}}
    [payload] = events.scrub([said], DialogueState()).payloads
    assert payload["metadata"] == marks
    assert payload["text"] == "Done: €5.00 is on its way to <PERSON>."


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ("pay to 42-83-57 35426672", "I do not know 35426672."),
        ("pay to 68-79-89 ۷۶۰۵۷۷۹۳", "Whom do you mean by 68-79-89 76057793?"),
        ("code 942144", "Nobody is called 942144."),
    ],
)
def test_a_secret_number_is_masked_where_the_bot_repeats_it(events: EventScrubber, said: str, repeated: str) -> None:
    bot = {"event": "bot", "timestamp": 1.0, "text": repeated, "data": {}}
    heard, answered = events.scrub([user(said), bot], DialogueState()).payloads
    assert not re.search(r"\d{4}", answered["text"].replace("-", ""))
    assert "NUMBER" in answered["text"]
    assert "35426672" not in heard["text"]


def test_a_secret_number_that_was_taken_for_an_amount_goes_to_the_vault(events: EventScrubber) -> None:
    amount = {"value": "35426672", "currency": None}
    batch = events.scrub([user("pay to 42-83-57 35426672"), slot("transfer_amount", amount)], DialogueState())
    [reference] = batch.vault
    assert batch.payloads[1]["value"] == {REFERENCE: reference}
    kept = events.scrub([user("pay 45.50 to Maya"), slot("transfer_amount", {"value": "45.50"})], DialogueState())
    assert kept.payloads[1]["value"] == {"value": "45.50"}


def test_whom_a_button_names_is_masked(events: EventScrubber) -> None:
    title, payload = "€5.00, Pádraig Ó Síoráin", "I do not recognise the payment of €5.00 to Pádraig Ó Síoráin"
    said = {
        "event": "bot",
        "timestamp": 1.0,
        "text": "Which one?",
        "data": {"buttons": [{"title": title, "payload": payload}]},
        "metadata": {"people": ["Pádraig Ó Síoráin"]},
    }
    [stored] = events.scrub([said], DialogueState()).payloads
    [button] = stored["data"]["buttons"]
    assert button["title"] == "€5.00, <PERSON>"
    assert "Pádraig" not in str(stored)


def test_only_the_name_of_a_payee_is_replaced(events: EventScrubber) -> None:
    payee = slot("transfer_payee", {"name": "Zebediah Quux", "tail": "9273", "currency": "SEK"})
    asked = {"event": "bot", "timestamp": 1.0, "text": "SEK 5.00 to Zebediah Quux (account ending 9273)?"}
    texts = [payload.get("text") for payload in events.scrub([payee, asked], DialogueState()).payloads]
    assert texts == [None, "SEK 5.00 to <PERSON> (account ending 9273)?"]


def test_assertions_and_unknown_fields_of_the_parser_are_dropped(events: EventScrubber) -> None:
    given = user("hi", metadata={"assertion": "x.y.z"}, tokens=["my", "secret"])
    given["metadata"] = {"assertion": "x.y.z", "trace_id": "abc", "nested": {"assertion": "x.y.z"}}
    payload = events.scrub([given], DialogueState()).payloads[0]
    assert "x.y.z" not in str(payload)
    assert "secret" not in str(payload)
    assert "text_tokens" not in payload["parse_data"]
    assert payload["metadata"]["trace_id"] == "abc"


@pytest.mark.parametrize("message_id", ["4111111111111111", "4" * 32, "sam@example.com", "\x00"])
def test_a_telling_message_id_is_pseudonymised(events: EventScrubber, message_id: str) -> None:
    given = user("hi")
    given["message_id"] = message_id
    assert events.scrub([given], DialogueState()).payloads[0]["message_id"] == "pseudonym"


def test_numbers_and_lists_hide_no_card(events: EventScrubber) -> None:
    data = {"pan": 4111111111111111, "digits": [4, *[1] * 15], "amount": 2500, "deep": {"4111 1111 1111 1111": True}}
    payload = events.scrub([{"event": "bot", "timestamp": 1.0, "text": "ok", "data": data}], DialogueState()).payloads[
        0
    ]
    assert payload["data"]["amount"] == 2500
    assert "1, 1" not in str(payload)
    assert "41111" not in str(payload).replace(" ", "")


def test_a_huge_value_is_cut(events: EventScrubber) -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    payload = events.scrub(
        [{"event": "bot", "timestamp": 1.0, "text": "ok", "data": {"deep": deep, "wide": ["y"] * 100_000}}],
        DialogueState(),
    ).payloads[0]
    assert len(str(payload)) < 100_000


def test_what_is_given_is_not_changed(events: EventScrubber) -> None:
    given = user("my card is 4111 1111 1111 1111")
    events.scrub([given], DialogueState())
    assert given["text"] == "my card is 4111 1111 1111 1111"


def test_a_card_in_four_messages_with_words_between_is_caught(events: EventScrubber) -> None:
    state = DialogueState()
    said = [user("it starts 4111"), user("then 1111"), user("wait a second"), user("then 1111"), user("and 1111")]
    texts = [payload["text"] for payload in events.scrub(said, state).payloads]
    assert not any(map(str.isdigit, "".join(texts)))
    assert texts[2] == "wait a second"


def test_the_value_of_a_secret_may_come_in_the_next_message(events: EventScrubber) -> None:
    state = DialogueState()
    stored = [events.scrub([user(text)], state).payloads[0]["text"] for text in ("my password is", "Zq9-tulip")]
    assert stored == ["my password is", "<PASSWORD>"]


def test_a_broker_sees_no_ending_and_no_reference(events: EventScrubber) -> None:
    given = [user("my card is 4111 1111 1111 1111"), slot("transfer_payee", "Sam")]
    stored = events.scrub(given, DialogueState()).payloads
    published = [events.for_broker(payload) for payload in stored]
    assert "ending 1111" in str(stored)
    assert "1111" not in str(published)
    assert REFERENCE not in str(published)
    assert [payload["event"] for payload in published] == ["user", "slot"]


def test_a_kept_slot_that_holds_an_account_goes_to_the_vault(events: EventScrubber) -> None:
    batch = events.scrub([slot("transfer_last", "to GB29 NWBK 6016 1331 9268 19")], DialogueState())
    assert list(batch.vault.values()) == [("transfer_last", "to GB29 NWBK 6016 1331 9268 19")]
    assert "GB29" not in str(batch.payloads)


def test_a_kept_slot_that_holds_a_code_is_masked(events: EventScrubber) -> None:
    batch = events.scrub([slot("transfer_last", "my pin is 4521")], DialogueState())
    assert batch.vault == {}
    assert batch.payloads[0]["value"] == "my pin is <PIN>"
