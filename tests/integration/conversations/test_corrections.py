"""Users change their mind before anything is done: what they said last counts, and only that is done."""

from __future__ import annotations

import pytest

from tests.integration.conversations.customer import (
    ASK_ACCOUNT,
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    ASK_PAYEE,
    SENT,
    SUMMARY,
    Enter,
)


@pytest.mark.parametrize(
    ("text", "intent", "payee", "minor"),
    [
        ("actually make it 30", "correct_value", "Maya Fernandes", 3000),
        ("30, not 25", "correct_value", "Maya Fernandes", 3000),
        ("yes, but make it 40", "affirm", "Maya Fernandes", 4000),
        ("no, 35 please", "deny", "Maya Fernandes", 3500),
        ("no, Mia", "deny", "Mia Chen", 2500),
        ("sorry, I meant Mia", "correct_value", "Mia Chen", 2500),
        ("make it 30 to Mia", "correct_value", "Mia Chen", 3000),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) and " " in value else "",
)
async def test_user_corrects_the_summary_in_one_sentence(
    enter: Enter, text: str, intent: str, payee: str, minor: int
) -> None:
    me = await enter()
    await me.says("send £25 to Maya", "transfer_money", hears=SUMMARY)
    summary = await me.says(text, intent, hears=SUMMARY)
    assert (summary.facts["payee"], summary.facts["total"]) == (payee, f"£{minor // 100}.00")
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [(payee, minor, "GBP")]
    assert me.balance() == 100_000 - minor
    assert me.prepared() == ["cancelled", "executed"]


async def test_user_corrects_the_amount_at_the_code_and_the_first_code_is_worth_nothing(enter: Enter) -> None:
    me = await enter()
    await me.says("send £25 to Maya", "transfer_money", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    first = await me.code()
    await me.says("make it £60", "correct_value", hears=SUMMARY)
    await me.says(first, hears=SUMMARY)
    assert me.sent() == []
    await me.says_yes(hears=ASK_CODE)
    assert (await me.code()) != first
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 6000, "GBP")]


async def test_user_names_what_to_change_before_its_new_value(enter: Enter) -> None:
    me = await enter()
    await me.says("send £25 to Maya", "transfer_money", hears=SUMMARY)
    await me.says("change the payee", "correct_value", hears=ASK_PAYEE)
    await me.says("Mia", hears=SUMMARY)
    await me.says("change the amount", "correct_value", hears=ASK_AMOUNT)
    await me.says("11", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Mia Chen", 1100, "GBP")]


async def test_user_changes_the_account_and_so_the_currency(enter: Enter) -> None:
    me = await enter()
    await me.says("send £25 to Max", "transfer_money", hears=SUMMARY)
    await me.says("change the account", "correct_value", hears=ASK_ACCOUNT)
    summary = await me.says("the euro account", hears=SUMMARY)
    assert (summary.facts["account"], summary.facts["amount"]) == ("Euro", "€25.00")
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Max Weber", 2500, "EUR")]
    assert (me.balance("GBP"), me.balance("EUR")) == (100_000, 47_500)


async def test_user_says_no_and_then_what_is_wrong(enter: Enter) -> None:
    me = await enter()
    await me.says("send £25 to Maya", "transfer_money", hears=SUMMARY)
    await me.says("no", "deny", hears=("utter_transfer_nothing_sent", "utter_ask_transfer_change"))
    assert me.prepared() == ["cancelled"]
    await me.says("it should be 20", "correct_value", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2000, "GBP")]


async def test_user_corrects_the_amount_while_the_payee_is_asked(enter: Enter) -> None:
    me = await enter()
    await me.says("send 25 pounds", "transfer_money", hears=ASK_PAYEE)
    await me.says("actually make it 15", "correct_value", hears=ASK_PAYEE)
    summary = await me.says("Maya", hears=SUMMARY)
    assert summary.facts["total"] == "£15.00"
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.balance() == 98_500


async def test_user_corrects_the_delivery_of_a_card_and_pays_for_what_comes(enter: Enter) -> None:
    me = await enter()
    await me.says("I would like a second card", "getting_spare_card", hears="utter_ask_operation_delivery")
    express = await me.says("express", hears="utter_summary_order_card")
    standard = await me.says("no, standard delivery instead", "correct_value", hears="utter_summary_order_card")
    assert (express.facts["delivery"], standard.facts["delivery"]) == ("express", "standard")
    assert express.facts["fee"] != standard.facts["fee"]
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_order_card")
    assert me.one("SELECT delivery FROM card_orders WHERE customer_id = %(me)s") == ("standard",)
    assert f"£{(100_000 - me.balance()) / 100:.2f}" == standard.facts["fee"]


async def test_user_corrects_the_amount_of_an_exchange_at_the_code(enter: Enter) -> None:
    me = await enter()
    await me.says("exchange £100 to euros", "exchange_via_app", hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    first = await me.code()
    await me.says("change the amount to £40", "correct_value", hears="utter_summary_exchange")
    await me.says(first, hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_exchange")
    assert me.balance() == 96_000
    assert me.prepared() == ["cancelled", "executed"]


async def test_user_corrects_the_currency_of_an_exchange(enter: Enter) -> None:
    me = await enter()
    await me.says("exchange £100 to dollars", "exchange_via_app", hears="utter_summary_exchange")
    summary = await me.says("change the currency, I want euros", "correct_value", hears="utter_summary_exchange")
    assert summary.facts["result"].startswith("€")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_exchange")
    assert me.count("accounts") == 2, "no account in dollars was opened"
    assert me.balance() == 90_000


async def test_user_corrects_the_day_of_a_standing_order(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya £50 every month on the 5th", "scheduled_payments", hears="utter_summary_standing_order")
    summary = await me.says("make it the 20th of every month", "correct_value", hears="utter_summary_standing_order")
    assert (summary.facts["schedule"], summary.facts["amount"]) == ("monthly on the 20th", "£50.00")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_standing_order")
    assert me.one("SELECT schedule, amount_minor FROM standing_orders WHERE customer_id = %(me)s") == (
        "monthly on the 20th", 5000,
    )  # fmt: skip


async def test_user_corrects_a_typing_error_in_the_email(enter: Enter) -> None:
    me = await enter()
    await me.says("change my email", "edit_personal_details", hears="utter_ask_operation_detail_value")
    await me.says("jo@exmaple.com", hears="utter_summary_edit_detail")
    summary = await me.says("sorry, jo@example.com", "correct_value", hears="utter_summary_edit_detail")
    assert summary.facts["value"] == "jo@example.com"
    await me.says_yes(hears=ASK_APPROVAL)
    assert me.count("detail_changes") == 0
    await me.types_code(hears="utter_done_edit_detail")
    assert me.count("detail_changes") == 1


async def test_user_corrects_the_name_of_a_new_payee(enter: Enter) -> None:
    me = await enter()
    await me.says("add Ana Smith as a payee", "add_payee", hears="utter_ask_operation_iban")
    await me.says("GB29 NWBK 6016 1331 9268 19", hears="utter_summary_add_payee_unchecked")
    await me.says("the name is wrong", "correct_value", hears="utter_ask_operation_name")
    summary = await me.says("Anna Smith", hears="utter_summary_add_payee_unchecked")
    assert summary.facts["payee"] == "Anna Smith"
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_add_payee")
    assert me.count("payees", "status = 'active'") == 4
