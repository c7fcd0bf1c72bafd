"""The seven steps that are no intent of their own, pressed as the buttons that the channel offers after an answer."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import yaml

from actions.house import House
from custom_components.channels.house import SUGGESTIONS
from custom_components.channels.suggestions import Suggestions
from tests.dialogue import Reply, Talk, names
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.forms.operations_table import PAYEE, card

Sql = psycopg.Connection[Any]
PHONE = {"devices": {"iPhone": {"platform": "ios", "trusted": True, "last_seen": "-1h"}}}
REQUEST = {"source_of_funds_requests": {"r1": {"reason": "a large credit", "documents": ["payslip"], "state": "open",
    "effect": "Your account works as usual.", "due_at": "+5d", "created_at": "-1d"}}}  # fmt: skip


def line(kind: str, direction: str, status: str, minor: int, **more: Any) -> dict[str, Any]:
    completed = {"completed_at": more.get("created_at", "-9d")} if status == "completed" else {}
    common = {"account": "Main", "kind": kind, "status": status, "direction": direction, "amount_minor": minor}
    return {**common, "currency": "GBP", "counterparty": "Anna Test", "created_at": "-9d", **completed, **more}


LATE = line("transfer", "out", "completed", 2500, expected_by="-7d", payee="Anna Test", reference="TR1234567890")
NEW = line("transfer", "out", "completed", 3300, expected_by="+2d", payee="Anna Test", created_at="-1h")
COMING = line("transfer", "in", "pending", 7700, expected_by="-1d")
CASH = line("cash_deposit", "in", "pending", 4400, counterparty="Post Office Leeds")
CASES = "SELECT kind, transaction_id IS NULL FROM disputes WHERE customer_id = %(me)s"
PROOFS = """
    SELECT transactions.amount_minor, count(*) FROM statements JOIN transactions ON transactions.id = transaction_id
    WHERE statements.kind = 'payment_proof' AND customer_id = %(me)s GROUP BY 1
"""
VIEWS = "SELECT kind FROM secure_views WHERE customer_id = %(me)s"
INTENT = {
    "add_card_to_wallet": "apple_pay_or_google_pay",
    "change_transfer_limit": "declined_transfer",
    "open_deposit_search": "balance_not_updated_after_cheque_or_cash_deposit",
    "open_payment_trace": "transfer_not_received_by_recipient",
    "send_payment_proof": "transfer_not_received_by_recipient",
    "trace_incoming_transfer": "balance_not_updated_after_bank_transfer",
    "upload_documents": "verify_source_of_funds",
}


async def pressed(talk: Talk, step: str) -> list[Reply]:
    """Ask what the step follows, then press its button."""
    intent = INTENT[step]
    await talk.say("tell me", intent)
    [button] = [one for one in Suggestions(SUGGESTIONS).after(intent) if f'"{step}"' in one["payload"]]
    return await talk.press(button["payload"])


def test_every_step_of_the_file_is_proved_here() -> None:
    assert set(INTENT) == set(yaml.safe_load(SUGGESTIONS.read_text("utf-8"))["actions"])


@pytest.mark.parametrize(
    ("step", "has", "proposed", "opened"),
    [
        ("open_payment_trace", {**PAYEE, "transactions": [LATE]}, "utter_trace_proposed", ("trace", False)),
        ("open_deposit_search", {"transactions": [CASH]}, "utter_deposit_search_proposed", ("deposit_search", False)),
        ("open_deposit_search", {}, "utter_top_ups_search", ("deposit_search", True)),
        ("trace_incoming_transfer", {"transactions": [COMING]}, "utter_incoming_trace_proposed",
         ("incoming_trace", False)),
        ("trace_incoming_transfer", {}, "utter_top_ups_trace", ("incoming_trace", True)),
    ],
)  # fmt: skip
async def test_a_case_is_opened_after_a_plain_yes(
    house: House, sql: Sql, make_customer: MakeCustomer, step: str, has: dict[str, Any], proposed: str,
    opened: tuple[str, bool],
) -> None:  # fmt: skip
    me = await make_customer(True, **has)
    talk = Talk(house.keyring, me, f"case-{step}-{len(has)}")
    replies = await pressed(talk, step)
    assert names(replies) == [proposed]
    if has:
        assert f"£{has['transactions'][0]['amount_minor'] // 100}.00" in replies[0].text
    assert sql.execute(CASES, {"me": me}).fetchall() == []
    done = await talk.say("yes", "affirm")
    assert sql.execute(CASES, {"me": me}).fetchall() == [opened]
    number = sql.execute("SELECT case_no FROM disputes WHERE customer_id = %s", (me,)).fetchone()
    assert number
    assert number[0] in done[0].text
    again = await pressed(talk, step)
    if step == "open_payment_trace":
        assert number[0] in again[0].text
    else:
        assert number[0] in (await talk.say("yes", "affirm"))[0].text
    assert sql.execute(CASES, {"me": me}).fetchall() == [opened]


@pytest.mark.parametrize("step", ["open_payment_trace", "send_payment_proof"])
async def test_without_a_transfer_there_is_nothing_to_trace_or_to_prove(
    house: House, make_customer: MakeCustomer, step: str
) -> None:
    talk = Talk(house.keyring, await make_customer(True), f"no-transfer-{step}")
    assert names(await pressed(talk, step)) == ["utter_next_step_no_transfer"]


async def test_a_trace_waits_until_the_transfer_is_late(house: House, sql: Sql, make_customer: MakeCustomer) -> None:
    me = await make_customer(True, **PAYEE, transactions=[NEW])
    talk = Talk(house.keyring, me, "trace-early")
    assert names(await pressed(talk, "open_payment_trace")) == ["utter_trace_too_early"]
    await talk.say("yes", "affirm")
    assert sql.execute(CASES, {"me": me}).fetchall() == []


async def test_a_proof_is_made_once_for_the_transfer_that_was_looked_up(
    house: House, sql: Sql, make_customer: MakeCustomer
) -> None:
    me = await make_customer(True, **PAYEE, transactions=[LATE, NEW])
    talk = Talk(house.keyring, me, "proof")
    await talk.say("my transfer of £25.00 to Anna has not arrived", INTENT["send_payment_proof"])
    button = f'/{INTENT["send_payment_proof"]}{{"next_step": "send_payment_proof"}}'
    first = await talk.press(button)
    assert names(first) == ["utter_payment_proof"]
    assert "£25.00" in first[0].text
    assert "TR1234567890" in first[0].text
    assert names(await talk.press(button)) == ["utter_payment_proof_again"]
    assert sql.execute(PROOFS, {"me": me}).fetchall() == [(2500, 1)]


async def test_of_several_transfers_the_one_that_is_pressed_is_proved(
    house: House, sql: Sql, make_customer: MakeCustomer
) -> None:
    me = await make_customer(True, **PAYEE, transactions=[LATE, NEW])
    talk = Talk(house.keyring, me, "proof-which")
    asked = await talk.say("I need a proof of payment", "statement_request")
    assert names(asked) == ["utter_next_step_which_transfer"]
    chosen = next(button for button in asked[0].buttons if "£33.00" in button["title"])
    assert names(await talk.press(chosen["payload"])) == ["utter_payment_proof"]
    assert sql.execute(PROOFS, {"me": me}).fetchall() == [(3300, 1)]


async def test_nobody_proves_another_customers_transfer(house: House, sql: Sql, make_customer: MakeCustomer) -> None:
    them = await make_customer(True, **PAYEE, transactions=[LATE])
    me = await make_customer(True, **PAYEE, transactions=[NEW])
    found = sql.execute("SELECT id FROM transactions WHERE customer_id = %s", (them,)).fetchone()
    assert found
    talk = Talk(house.keyring, me, "proof-theirs")
    stolen = f'/statement_request{{"next_step": "send_payment_proof", "next_about": "{found[0]}"}}'
    assert names(await talk.press(stolen)) == ["utter_error_not_found"]
    assert sql.execute(PROOFS, {"me": them}).fetchall() == []


@pytest.mark.parametrize(
    ("has", "said", "views"),
    [(REQUEST, "utter_upload_documents", [("documents",)]), ({}, "utter_upload_documents_none", [])],
)
async def test_documents_are_uploaded_where_they_were_asked_for(
    house: House, sql: Sql, make_customer: MakeCustomer, has: dict[str, Any], said: str, views: list[tuple[str]]
) -> None:
    me = await make_customer(True, **has)
    replies = await pressed(Talk(house.keyring, me, f"documents-{len(has)}"), "upload_documents")
    assert names(replies) == [said]
    assert sql.execute(VIEWS, {"me": me}).fetchall() == views
    if has:
        assert "payslip" in replies[0].text


@pytest.mark.parametrize(
    ("has", "said"),
    [
        ({**card(), **PHONE}, "utter_summary_add_card_to_wallet"),
        (card(), "utter_wallet_no_device"),
        ({}, "utter_card_checks_no_card"),
        ({**card(status="frozen", frozen_at="-1d", frozen_reason="customer_request"), **PHONE},
         "utter_card_checks_no_card"),
    ],
)  # fmt: skip
async def test_a_wallet_needs_a_card_and_a_trusted_phone(
    house: House, sql: Sql, make_customer: MakeCustomer, has: dict[str, Any], said: str
) -> None:
    me = await make_customer(True, **has)
    assert names(await pressed(Talk(house.keyring, me, f"wallet-{said}-{len(has)}"), "add_card_to_wallet"))[-1] == said
    sql_tokens = "SELECT count(*) FROM wallet_tokens JOIN cards ON cards.id = card_id WHERE customer_id = %s"
    assert sql.execute(sql_tokens, (me,)).fetchone() == (0,)


async def test_the_transfer_limit_that_is_set_is_the_one_that_holds(
    house: House, sql: Sql, make_customer: MakeCustomer
) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "limit")
    shown = await pressed(talk, "change_transfer_limit")
    standard = sql.execute(
        "SELECT amount_minor FROM limits WHERE code = 'transfer' AND plan = 'standard' AND period = 'day'"
        " AND currency = 'GBP'"
    ).fetchone()
    assert standard
    assert any(f"£{standard[0] // 100:,}.00" in reply.text for reply in shown)
    await talk.say("a day", "inform")
    assert names(await talk.say("20", "inform")) == ["utter_done_lower_transfer_limit"]
    refused = names(await talk.say("send £25 to Anna", "transfer_money"))
    assert "utter_error_limit_exceeded" in refused
    limits = "SELECT period, amount_minor FROM transfer_limits WHERE customer_id = %s"
    assert sql.execute(limits, (me,)).fetchall() == [("day", 2000)]


@pytest.mark.parametrize(
    ("amount", "refused"),
    [("9000000", "utter_error_not_possible_above_largest_transfer"),
     ("20000", "utter_error_not_possible_transfer_limit_already_so"),
     ("60000", "utter_error_not_possible_above_largest_transfer"),
     ("0", "utter_error_amount_zero")],
)  # fmt: skip
async def test_a_transfer_limit_that_cannot_be_is_asked_again(
    house: House, sql: Sql, make_customer: MakeCustomer, amount: str, refused: str
) -> None:
    me = await make_customer(True)
    talk = Talk(house.keyring, me, f"limit-{amount}")
    await pressed(talk, "change_transfer_limit")
    await talk.say("a day", "inform")
    assert names(await talk.say(amount, "inform")) == [refused, "utter_ask_operation_limit"]
    assert sql.execute("SELECT count(*) FROM transfer_limits WHERE customer_id = %s", (me,)).fetchone() == (0,)


async def test_without_a_verified_identity_no_limit_is_changed(house: House, make_customer: MakeCustomer) -> None:
    talk = Talk(house.keyring, await make_customer(False), "limit-unverified")
    await pressed(talk, "change_transfer_limit")
    await talk.say("a day", "inform")
    assert names(await talk.say("20", "inform"))[0] == "utter_error_not_possible_identity_unverified"


async def test_a_guest_is_asked_to_log_in(house: House) -> None:
    for step in INTENT:
        replies = await Talk(house.keyring, None, f"guest-{step}").press(f'/{INTENT[step]}{{"next_step": "{step}"}}')
        assert names(replies) == ["utter_login_needed"], step


async def test_the_same_words_typed_are_no_step(house: House, make_customer: MakeCustomer) -> None:
    talk = Talk(house.keyring, await make_customer(True), "typed")
    replies = await talk.say('/declined_transfer{"next_step": "change_transfer_limit"}', "declined_transfer")
    assert "utter_ask_operation_period" not in names(replies)
