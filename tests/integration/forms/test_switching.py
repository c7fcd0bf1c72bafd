"""From one form to another and back, a lost card in the middle of any form, and a form that was left alone."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from actions.house import House
from tests.dialogue import Talk, names
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.forms.conftest import CodeOf
from tests.integration.forms.operations_table import PAYEE, card

Sql = psycopg.Connection[Any]
SENDING = ("send £25 to Anna", "transfer_money")
VIRTUAL = ("get me a virtual card", "getting_virtual_card")
AMOUNT = "utter_ask_transfer_money_form_transfer_amount"
SWITCH, RESUME = "utter_ask_form_switch", "utter_form_resume_offer"
TRANSFER, CREATE = "utter_transfer_summary", "utter_summary_create_virtual_card"
CARDS = "SELECT count(*) FROM cards WHERE customer_id = %s AND kind = 'virtual'"
SENT = "SELECT count(*) FROM transactions WHERE customer_id = %s AND kind = 'transfer' AND direction = 'out'"


async def test_another_operation_is_done_in_between_and_the_first_goes_on_with_a_fresh_summary(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "switch-and-return")
    await talk.say(*SENDING)
    await talk.say("yes", "affirm")
    first_key, first_code = talk.slots["transfer_prepared"]["key"], await code_of(me)
    asked = await talk.say(*VIRTUAL)
    assert names(asked)[-1] == SWITCH
    assert "Send money" in asked[-1].text
    assert names(await talk.say("yes", "affirm")) == [CREATE]
    await talk.say("yes", "affirm")
    done = await talk.say(await code_of(me))
    assert names(done) == ["utter_done_create_virtual_card", RESUME]
    assert sql.execute(CARDS, (me,)).fetchone() == (1,)
    again = await talk.say("yes", "affirm")
    assert names(again) == [TRANSFER]
    assert again[-1].facts["total"] == "£25.00"
    assert talk.slots["transfer_prepared"]["key"] != first_key
    assert names(await talk.say(first_code))[-1] == TRANSFER, "the old code must be worth nothing"
    await talk.say("yes", "affirm")
    assert names(await talk.say(await code_of(me))) == ["utter_transfer_done"]
    assert sql.execute(SENT, (me,)).fetchone() == (1,)


async def test_a_no_keeps_the_open_form(house: House, sql: Sql, make_customer: MakeCustomer) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "no-switch")
    await talk.say(*SENDING)
    await talk.say(*VIRTUAL)
    assert names(await talk.say("no", "deny")) == [TRANSFER]
    assert names(await talk.say("yes", "affirm")) == ["utter_ask_transfer_code"]
    assert sql.execute(CARDS, (me,)).fetchone() == (0,)


async def test_a_form_that_holds_nothing_makes_way_at_once(house: House, make_customer: MakeCustomer) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "make-way")
    await talk.say("send money", "transfer_money")
    assert names(await talk.say(*VIRTUAL))[-1] == CREATE
    assert names(await talk.say("cancel", "cancel_form")) == ["utter_operation_cancelled"]
    assert talk.form is None


async def test_a_no_to_coming_back_drops_what_was_put_aside(house: House, make_customer: MakeCustomer) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "drop")
    await talk.say(*SENDING)
    await talk.say(*VIRTUAL)
    await talk.say("yes", "affirm")
    assert names(await talk.say("cancel", "cancel_form")) == ["utter_operation_cancelled", RESUME]
    assert names(await talk.say("no", "deny")) == ["utter_deny_offer"]
    assert talk.slots["form_parked"] is None
    assert names(await talk.say("yes", "affirm")) == ["utter_affirm_nothing_pending"]


async def test_a_transfer_and_another_operation_come_between_two_operations(
    house: House, make_customer: MakeCustomer
) -> None:
    me = await make_customer(True, **PAYEE, **card())
    talk = Talk(house.keyring, me, "three-forms")
    await talk.say(*VIRTUAL)
    assert names(await talk.say(*SENDING)) == [SWITCH]
    assert names(await talk.say("yes", "affirm")) == [TRANSFER]
    assert names(await talk.say("change my pin", "change_pin"))[-1] == SWITCH
    assert names(await talk.say("yes", "affirm")) == ["utter_summary_change_pin"]
    assert names(await talk.say("cancel", "cancel_form"))[-1] == RESUME
    assert names(await talk.say("yes", "affirm")) == [TRANSFER]
    assert names(await talk.say("cancel", "cancel_form"))[-1] == RESUME
    assert names(await talk.say("yes", "affirm")) == [CREATE]


STAGES = {
    "transfer, amount": ([("money for Anna", "transfer_money"), ("Anna", "inform")], AMOUNT),
    "transfer, summary": ([SENDING], TRANSFER),
    "transfer, code": ([SENDING, ("yes", "affirm")], "utter_ask_transfer_code"),
    "operation, value": ([("another card please", "getting_spare_card")], "utter_ask_operation_delivery"),
    "operation, summary": ([VIRTUAL], CREATE),
    "operation, code": ([VIRTUAL, ("yes", "affirm")], "utter_ask_operation_code"),
}  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i lost my card", "lost_or_stolen_card"),
        ("freeze my card", "freeze_card"),
        ("someone knows my card details", "compromised_card"),
    ],
)
async def test_a_lost_card_is_frozen_at_once_and_the_form_goes_on(
    house: House, sql: Sql, make_customer: MakeCustomer, stage: str, text: str, intent: str
) -> None:
    me = await make_customer(True, **PAYEE, **card(), customer={"plan": "plus"})
    talk = Talk(house.keyring, me, f"lost-{stage}-{intent}")
    says, question = STAGES[stage]
    for said in says:
        await talk.say(*said)
    replies = names(await talk.say(text, intent))
    assert replies[0] == "utter_cards_frozen"
    assert replies[-1] == question
    assert sql.execute("SELECT status FROM cards WHERE customer_id = %s AND last4 = '5501'", (me,)).fetchone() == (
        "frozen",
    )


async def test_a_form_left_alone_asks_whether_to_go_on(house: House, make_customer: MakeCustomer) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "left-alone")
    await talk.say(*SENDING)
    key = talk.slots["transfer_prepared"]["key"]
    talk.now += 11 * 60
    asked = await talk.say("yes", "affirm")
    assert names(asked) == ["utter_ask_form_return"]
    assert "Send money" in asked[0].text
    assert names(await talk.say("yes", "affirm")) == [TRANSFER]
    assert talk.slots["transfer_prepared"]["key"] != key
    talk.now += 11 * 60
    await talk.say("yes", "affirm")
    assert names(await talk.say("no", "deny")) == ["utter_transfer_cancelled"]
    assert talk.form is None


async def test_two_misses_explain_and_three_offer_a_person(house: House, make_customer: MakeCustomer) -> None:
    me = await make_customer(True, **card(), customer={"plan": "plus"})
    talk = Talk(house.keyring, me, "misses")
    await talk.say("another card please", "getting_spare_card")
    assert names(await talk.say("dunno", "nlu_fallback")) == ["utter_operation_unclear", "utter_ask_operation_delivery"]
    second = names(await talk.say("whatever", "nlu_fallback"))
    assert second == ["utter_operation_unclear", "utter_operation_explain_delivery", "utter_ask_operation_delivery"]
    assert names(await talk.say("purple", "nlu_fallback"))[-1] == "utter_form_gave_up"
    assert names(await talk.say("yes", "affirm"))[0].startswith("utter_handoff")


async def test_a_goodbye_withdraws_what_was_prepared(house: House, sql: Sql, make_customer: MakeCustomer) -> None:
    me = await make_customer(True)
    talk = Talk(house.keyring, me, "goodbye")
    await talk.say(*VIRTUAL)
    await talk.say("yes", "affirm")
    assert names(await talk.say("bye", "goodbye")) == ["utter_goodbye_unfinished"]
    assert talk.form is None
    states = sql.execute("SELECT state FROM payment_intents WHERE customer_id = %s", (me,)).fetchall()
    assert states == [("cancelled",)]
