"""What users come for, done in as few turns as it takes: once, and as it was summed up."""

from __future__ import annotations

import pytest

from tests.integration.conversations.customer import (
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    ASK_PAYEE,
    SENT,
    SUMMARY,
    Enter,
)


async def test_user_sends_money_in_one_sentence(enter: Enter) -> None:
    me = await enter()
    summary = await me.says("send £25 to Maya", "transfer_money", hears=SUMMARY)
    assert (summary.facts["payee"], summary.facts["total"]) == ("Maya Fernandes", "£25.00")
    await me.says_yes(hears=ASK_CODE)
    assert me.sent() == []
    done = await me.types_code(hears=SENT)
    assert done.facts["balance"] == "£975.00"
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]
    assert me.balance() == 97_500


async def test_user_is_asked_for_payee_and_amount(enter: Enter) -> None:
    me = await enter()
    asked = await me.says("I want to send money", "transfer_money", hears=ASK_PAYEE)
    assert {"Maya Fernandes", "Mia Chen"} <= {button["title"] for button in asked.buttons}
    await me.says("Mia Chen", hears=ASK_AMOUNT)
    await me.says("twelve pounds fifty", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Mia Chen", 1250, "GBP")]
    assert me.balance() == 98_750


async def test_user_pays_somebody_new_by_iban(enter: Enter) -> None:
    me = await enter()
    await me.says(
        "send 40 pounds to GB29 NWBK 6016 1331 9268 19", "transfer_money", hears="utter_ask_transfer_iban_name"
    )
    summary = await me.says("Jo Bloggs", hears=SUMMARY)
    assert summary.facts["payee_tail"] == "6819"
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Jo Bloggs", 4000, "GBP")]
    assert me.count("payees", "status = 'unsaved'") == 1, "paying somebody does not save them"


async def test_user_sends_euros_from_the_euro_account(enter: Enter) -> None:
    me = await enter()
    summary = await me.says("send 30 euros to Max", "transfer_money", hears=SUMMARY)
    assert summary.facts["account"] == "Euro"
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Max Weber", 3000, "EUR")]
    assert (me.balance("GBP"), me.balance("EUR")) == (100_000, 47_000)


async def test_user_sends_money_twice_and_each_goes_once(enter: Enter) -> None:
    me = await enter()
    for text in ("send £10 to Maya", "send £20 to Mia"):
        await me.says(text, "transfer_money", hears=SUMMARY)
        await me.says_yes(hears=ASK_CODE)
        await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 1000, "GBP"), ("Mia Chen", 2000, "GBP")]
    assert me.balance() == 97_000
    assert me.prepared() == ["executed", "executed"]


async def test_user_orders_a_first_card(enter: Enter) -> None:
    me = await enter(cards={}, customer={"plan": "standard"})
    await me.says("I want to order a card", "order_physical_card", hears="utter_ask_operation_delivery")
    summary = await me.says("express", hears="utter_summary_order_card")
    assert summary.facts["delivery"] == "express"
    await me.says_yes(hears=ASK_APPROVAL)
    assert me.count("card_orders") == 0
    done = await me.types_code(hears="utter_done_order_card")
    assert me.one("SELECT kind, delivery, status FROM card_orders WHERE customer_id = %(me)s") == (
        "first", "express", "ordered",
    )  # fmt: skip
    charged = 100_000 - me.balance()
    assert charged > 0
    assert f"£{charged / 100:.2f}" == done.facts["fee"] == summary.facts["fee"]


@pytest.mark.parametrize(
    "text", ["exchange £100 to euros", "I want to change 100 pounds to euros", "buy euros with 100 pounds"]
)
async def test_user_exchanges_pounds_into_euros(enter: Enter, text: str) -> None:
    me = await enter()
    summary = await me.says(text, "exchange_via_app", hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    assert me.balance("EUR") == 50_000
    done = await me.types_code(hears="utter_done_exchange")
    assert me.balance("GBP") == 90_000
    got = me.balance("EUR") - 50_000
    assert f"€{got / 100:.2f}" == done.facts["result"] == summary.facts["result"]
    assert me.count("transactions", "kind = 'exchange'") == 2, "one line on each side"


async def test_user_sets_up_a_standing_order_and_nothing_leaves_yet(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya £50 every month on the 5th", "scheduled_payments", hears="utter_summary_standing_order")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_standing_order")
    assert me.one(
        "SELECT amount_minor, schedule, extract(day FROM next_run), standing_orders.status FROM standing_orders"
        " WHERE customer_id = %(me)s"
    ) == (5000, "monthly on the 5th", 5, "active")
    assert (me.balance(), me.sent()) == (100_000, [])
    listed = await me.asks("what is scheduled?", "scheduled_payments")
    assert "£50.00" in listed
    assert "Maya Fernandes" in listed


async def test_user_schedules_a_single_payment_for_tomorrow(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Mia £15 tomorrow", "scheduled_payments", hears="utter_summary_pay_later")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_standing_order")
    assert me.one("SELECT amount_minor, schedule FROM standing_orders WHERE customer_id = %(me)s") == (1500, "once")
    assert me.balance() == 100_000


async def test_user_saves_a_payee_and_pays_them_by_name(enter: Enter) -> None:
    me = await enter()
    await me.says("add Anna Smith as a payee", "add_payee", hears="utter_ask_operation_iban")
    await me.says("GB29 NWBK 6016 1331 9268 19", hears="utter_summary_add_payee_unchecked")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_add_payee")
    assert me.count("payees", "status = 'active'") == 4
    await me.says("send Anna 8 pounds", "transfer_money", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Anna Smith", 800, "GBP")]


async def test_user_tops_up_by_card_and_is_credited_only_when_its_bank_agrees(enter: Enter) -> None:
    me = await enter()
    summary = await me.says("top up £50", "topping_up_by_card", hears="utter_summary_top_up")
    assert (summary.facts["last4"], summary.facts["total"]) == ("8835", "£50.00")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_top_up")
    assert me.one(
        "SELECT status, amount_minor, reason_code FROM transactions WHERE customer_id = %(me)s AND kind = 'top_up'"
    ) == ("pending", 5000, "waiting_for_issuer")
    assert me.balance() == 100_000


async def test_user_changes_the_phone_number(enter: Enter) -> None:
    me = await enter()
    await me.says("I have a new phone number", "edit_personal_details", hears="utter_ask_operation_detail_value")
    summary = await me.says("+44 7700 900456", hears="utter_summary_edit_detail")
    assert summary.facts["value"] == "+44 7700 900456"
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_edit_detail")
    assert me.one("SELECT detail, state FROM detail_changes WHERE customer_id = %(me)s") == ("phone", "saved")


async def test_user_unfreezes_a_card(enter: Enter) -> None:
    me = await enter()
    await me.says("freeze my card", "freeze_card", hears="utter_cards_frozen")
    assert me.card() == "frozen"
    await me.says("unfreeze it again", "unfreeze_card", hears="utter_summary_unfreeze_card")
    await me.says_yes(hears=ASK_APPROVAL)
    assert me.card() == "frozen"
    await me.types_code(hears="utter_done_unfreeze_card")
    assert me.card() == "active"
