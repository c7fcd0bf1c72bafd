"""The rows about the talk itself and about sending money: with something that they are about, and with nothing.

At the end, that no intent of the domain is without its row: here, beside this file, or among the forms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from actions.house import House
from tests.dialogue import Talk, domain, names
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.forms.operations_table import PAYEE, card
from tests.integration.rows import money_rows, test_cards_and_service

Sql = psycopg.Connection[Any]
SENDING = ("send £25 to Anna", "transfer_money")
SENT = "SELECT count(*) FROM transactions WHERE customer_id = %(me)s AND kind = 'transfer'"
DISPUTED = "SELECT count(*) FROM disputes WHERE customer_id = %(me)s"
FROZEN = card(status="frozen", frozen_at="-1d", frozen_reason="customer_request")
BOUGHT = {**card(), "transactions": [{"account": "Main", "card": "5501", "kind": "card_payment", "status": "completed",
    "direction": "out", "amount_minor": 1999, "currency": "GBP", "counterparty": "Shoe Shop", "created_at": "-3d",
    "completed_at": "-3d"}]}  # fmt: skip
REFUND = ("I want a refund from Shoe Shop", "request_refund")
PREPARED = """
    SELECT '£' || amount_minor / 100 || '.00' FROM payment_intents WHERE customer_id = %(me)s AND state = 'prepared'
"""


@dataclass(frozen=True, slots=True)
class Row:
    """After `before`, `text` is answered by `said`, whose words hold every cell of `facts`; a customer of whom there is
    nothing hears `none`. `state` is what SQL finds after the answer, which `leaves` names."""

    intent: str
    text: str
    said: str
    none: str
    before: tuple[tuple[str, str], ...] = ()
    facts: str | None = None
    state: str | None = None
    leaves: tuple[Any, ...] = ()
    has: dict[str, Any] = field(default_factory=dict)


ROWS = (
    Row("greet", "hi", "utter_greet_urgent_frozen_card", "utter_greet_customer",
        facts="SELECT last4 FROM cards WHERE customer_id = %(me)s", has=FROZEN),
    Row("goodbye", "bye", "utter_goodbye_unfinished", "utter_goodbye", (SENDING,), state=SENT, leaves=(0,), has=PAYEE),
    Row("thank", "thanks", "utter_thank_in_form", "utter_thank", (SENDING,), state=SENT, leaves=(0,), has=PAYEE),
    Row("affirm", "yes", "utter_case_opened", "utter_affirm_nothing_pending", (REFUND,),
        facts="SELECT case_no FROM disputes WHERE customer_id = %(me)s", state=DISPUTED, leaves=(1,), has=BOUGHT),
    Row("deny", "no", "utter_deny_offer", "utter_deny_nothing_pending", (REFUND,), state=DISPUTED, leaves=(0,),
        has=BOUGHT),
    Row("inform", "25", "utter_transfer_summary", "utter_inform_no_form", (("send money to Anna", "transfer_money"),),
        facts=PREPARED, state=SENT, leaves=(0,), has=PAYEE),
    Row("correct_value", "make it 40", "utter_transfer_summary", "utter_correct_no_form", (SENDING,),
        facts=PREPARED, state=SENT, leaves=(0,), has=PAYEE),
    Row("cancel_form", "cancel", "utter_transfer_cancelled", "utter_cancel_nothing_running", (SENDING,),
        state="SELECT state FROM payment_intents WHERE customer_id = %(me)s", leaves=("cancelled",), has=PAYEE),
    Row("repeat", "say that again", "utter_accounts_balance", "utter_repeat_nothing",
        (("my balance", "check_balance"),), facts="SELECT to_char(balance_minor / 100.0, 'FM9,990.00') FROM accounts"
        " WHERE customer_id = %(me)s"),
    Row("change_language", "Auf Deutsch bitte", "utter_language_changed", "utter_language_changed"),
    Row("capabilities", "what can you do", "utter_capabilities", "utter_capabilities"),
    Row("bot_challenge", "are you a robot", "utter_bot_challenge", "utter_bot_challenge"),
    Row("human_handoff", "a person please", "utter_handoff_closed|utter_handoff_queued", "utter_handoff_closed|"
        "utter_handoff_queued", facts="SELECT number FROM handoff_tickets WHERE customer_id = %(me)s"),
    Row("out_of_scope", "will it rain", "utter_out_of_scope", "utter_out_of_scope"),
    Row("nlu_fallback", "hmpf", "utter_fallback_choices", "utter_fallback_choices"),
    Row("complaint", "I want to complain", "utter_complaint_taken", "utter_complaint_taken",
        facts="SELECT number FROM complaints WHERE customer_id = %(me)s"),
    Row("transfer_money", "send £25 to Anna", "utter_transfer_summary", "utter_error_payee_unknown",
        facts=PREPARED, state=SENT, leaves=(0,), has=PAYEE),
)  # fmt: skip
by_intent = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.intent)


@by_intent
async def test_with_something_it_is_about(house: House, sql: Sql, make_customer: MakeCustomer, row: Row) -> None:
    me = await make_customer(True, **row.has)
    talk = Talk(house.keyring, me, f"about-{row.intent}")
    for text, intent in row.before:
        await talk.say(text, intent)
    replies = await talk.say(row.text, row.intent)
    assert set(row.said.split("|")) & set(names(replies))
    said = "\n".join(reply.text for reply in replies)
    for cells in sql.execute(row.facts, {"me": me}).fetchall() if row.facts else ():
        assert all(str(cell) in said for cell in cells)
    if row.state:
        assert sql.execute(row.state, {"me": me}).fetchone() == row.leaves


@by_intent
async def test_with_nothing_it_is_about(house: House, make_customer: MakeCustomer, row: Row) -> None:
    talk = Talk(house.keyring, await make_customer(True), f"nothing-{row.intent}")
    assert set(row.none.split("|")) & set(names(await talk.say(row.text, row.intent)))


def test_no_intent_is_without_its_row() -> None:
    rows = {row.intent for row in (*ROWS, *money_rows.ROWS, *test_cards_and_service.ROWS)}
    assert set(domain()["intents"]) == rows
