"""Where there is no card, a plain yes gets one; leaked details freeze every card they may be of; pauses and ends."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from actions.house import House
from tests.dialogue import Talk, names
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.forms.operations_table import ORDER, ORDERED, RULE, TOP_UP, card

Sql = psycopg.Connection[Any]


@pytest.mark.parametrize(
    ("intent", "asked", "starts"),
    [
        ("card_not_working", "utter_card_checks_no_card", "utter_ask_operation_delivery"),
        ("card_arrival", "utter_card_arrival_none", "utter_ask_operation_delivery"),
        ("show_card_details", "utter_show_card_details_none", "utter_ask_operation_delivery"),
        ("virtual_card_not_working", "utter_card_checks_no_virtual", "utter_summary_create_virtual_card"),
    ],
)
async def test_a_yes_to_the_offer_starts_the_order(
    house: House, make_customer: MakeCustomer, intent: str, asked: str, starts: str
) -> None:
    talk = Talk(house.keyring, await make_customer(True), f"offer-{intent}")
    assert names(await talk.say("tell me", intent))[-1] == asked
    assert names(await talk.say("yes", "affirm"))[-1] == starts


@pytest.mark.parametrize(("intent", "left"), [("compromised_card", []), ("lost_or_stolen_card", ["7719"])])
async def test_leaked_details_freeze_every_card_and_a_loss_the_plastic_ones(
    house: House, sql: Sql, make_customer: MakeCustomer, intent: str, left: list[str]
) -> None:
    cards = card()["cards"]
    virtual = {**cards["5501"], "kind": "virtual", "pin_set": False}
    me = await make_customer(True, cards={**cards, "7719": virtual})
    await Talk(house.keyring, me, f"danger-{intent}").say("help", intent)
    active = sql.execute("SELECT last4 FROM cards WHERE customer_id = %s AND status = 'active'", (me,)).fetchall()
    assert [last4 for (last4,) in active] == left


@pytest.mark.parametrize(
    ("text", "intent", "asked", "sql_of", "status"),
    [
        ("pause my standing order to Anna", "scheduled_payments", "utter_standing_order_pause", ORDER, "paused"),
        ("end the standing order to Anna", "scheduled_payments", "utter_standing_order_end", ORDER, "cancelled"),
        ("pause my automatic top-up", "automatic_top_up", "utter_automatic_top_up_pause", TOP_UP, "paused"),
        ("stop my automatic top-up", "scheduled_payments", "utter_automatic_top_up_stop", TOP_UP, "stopped"),
    ],
)
async def test_what_goes_on_by_itself_rests_or_ends_only_after_a_plain_yes(
    house: House, sql: Sql, make_customer: MakeCustomer, text: str, intent: str, asked: str, sql_of: str, status: str
) -> None:
    me = await make_customer(True, **{**ORDERED, **RULE})
    talk = Talk(house.keyring, me, f"rest-{status}-{intent}")
    before = sql.execute(sql_of, {"me": me}).fetchone()
    assert names(await talk.say(text, intent))[-1] == asked
    await talk.say("yes but only for a week", "affirm")
    assert sql.execute(sql_of, {"me": me}).fetchone() == before
    await talk.say(text, intent)
    await talk.say("yes", "affirm")
    after = sql.execute(sql_of, {"me": me}).fetchone()
    assert after
    assert status in after
