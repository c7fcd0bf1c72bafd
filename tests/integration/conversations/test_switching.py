"""Users turn to another errand and back: each is done once, from a summary that is fresh."""

from __future__ import annotations

from tests.integration.conversations.customer import (
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    ASK_PAYEE,
    NOT_DONE,
    NOT_SENT,
    RESUME,
    SENT,
    SUMMARY,
    SWITCH,
    Enter,
)

SENDING = ("send £25 to Maya", "transfer_money")
EXCHANGE = ("exchange £100 to euros", "exchange_via_app")


async def test_user_orders_a_card_in_between_and_comes_back(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    asked = await me.says("order me a second card", "getting_spare_card", hears=SWITCH)
    assert "Send money" in asked.text
    await me.says_yes(hears="utter_ask_operation_delivery")
    await me.says("standard", hears="utter_summary_order_card")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_order_card", RESUME))
    fees = 100_000 - me.balance()
    summary = await me.says_yes(hears=SUMMARY)
    assert (summary.facts["payee"], summary.facts["total"]) == ("Maya Fernandes", "£25.00")
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert (me.count("card_orders"), me.sent()) == (1, [("Maya Fernandes", 2500, "GBP")])
    assert me.balance() == 100_000 - fees - 2500


async def test_user_exchanges_first_because_the_euros_are_missing(enter: Enter) -> None:
    me = await enter()
    await me.says("send 530 euros to Max", "transfer_money", hears=("utter_error_insufficient_funds", ASK_AMOUNT))
    await me.says(*EXCHANGE, hears=SWITCH)
    await me.says_yes(hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_exchange", RESUME))
    await me.says_yes(hears=ASK_AMOUNT)
    await me.says("530 euros", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Max Weber", 53_000, "EUR")]
    assert me.balance("GBP") == 90_000
    assert 0 < me.balance("EUR") < 15_000


async def test_user_stays_with_the_transfer(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says(*EXCHANGE, hears=SWITCH)
    await me.says("no", "deny", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=(SENT,))
    assert (me.balance("GBP"), me.balance("EUR")) == (97_500, 50_000)


async def test_user_answers_the_open_question_instead_of_the_offer_to_switch(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    await me.says(*EXCHANGE, hears=SWITCH)
    await me.says("25", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=(SENT,))
    assert (me.sent(), me.balance("EUR")) == ([("Maya Fernandes", 2500, "GBP")], 50_000)


async def test_user_turns_away_from_a_form_that_holds_nothing_without_being_asked(enter: Enter) -> None:
    me = await enter()
    await me.says("send money", "transfer_money", hears=ASK_PAYEE)
    await me.says(*EXCHANGE, hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_exchange",))
    assert (me.balance("GBP"), me.sent()) == (90_000, [])


async def test_user_names_another_transfer_in_the_middle_of_one(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    summary = await me.says("no wait, send £10 to Mia", "transfer_money", hears=SUMMARY)
    assert (summary.facts["payee"], summary.facts["total"]) == ("Mia Chen", "£10.00")
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Mia Chen", 1000, "GBP")]


async def test_user_does_not_come_back_and_nothing_is_sent(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    first = await me.code()
    await me.says(*EXCHANGE, hears=SWITCH)
    await me.says_yes(hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_exchange", RESUME))
    await me.says("no thanks", "deny", hears="utter_deny_offer")
    await me.says(first, hears="utter_secret_code")
    assert (me.sent(), me.prepared()) == ([], ["cancelled", "executed"])


async def test_user_drops_the_second_errand_and_finishes_the_first(enter: Enter) -> None:
    me = await enter()
    await me.says(*EXCHANGE, hears="utter_summary_exchange")
    await me.says(*SENDING, hears=SWITCH)
    await me.says_yes(hears=SUMMARY)
    await me.says("cancel", "cancel_form", hears=(NOT_SENT, RESUME))
    await me.says_yes(hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_exchange",))
    assert (me.balance("GBP"), me.sent()) == (90_000, [])


async def test_user_saves_a_payee_for_the_standing_order_that_lacks_one(enter: Enter) -> None:
    me = await enter()
    await me.says("set up a standing order", "scheduled_payments", hears="utter_ask_operation_payee")
    await me.says("Anna Smith", hears=("utter_error_payee_unknown", "utter_ask_operation_payee"))
    await me.says("add Anna Smith as a payee", "add_payee", hears=SWITCH)
    await me.says_yes(hears="utter_ask_operation_iban")
    await me.says("GB29 NWBK 6016 1331 9268 19", hears="utter_summary_add_payee_unchecked")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_add_payee", RESUME))
    await me.says_yes(hears="utter_ask_operation_payee")
    await me.says("Anna Smith", hears="utter_ask_operation_amount")
    await me.says("30", hears="utter_ask_operation_schedule")
    await me.says("every month on the 3rd", hears="utter_summary_standing_order")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=("utter_done_standing_order",))
    assert (me.count("payees"), me.count("standing_orders")) == (4, 1)


async def test_user_comes_back_after_a_long_silence(enter: Enter) -> None:
    me = await enter()
    await me.says(*EXCHANGE, hears="utter_summary_exchange")
    me.talk.now += 11 * 60
    await me.says_yes(hears="utter_ask_form_return")
    assert me.balance() == 100_000, "that yes was not for what was on the table eleven minutes ago"
    await me.says_yes(hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_exchange")
    assert me.balance() == 90_000
    assert me.prepared() == ["cancelled", "executed"]


async def test_user_stacks_three_errands_and_leaves_all_of_them(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says(*EXCHANGE, hears=SWITCH)
    await me.says_yes(hears="utter_summary_exchange")
    await me.says("show me my card number", "show_card_details", hears=SWITCH)
    await me.says_yes(hears="utter_summary_view_card")
    await me.says("cancel", "cancel_form", hears=(NOT_DONE, RESUME))
    await me.says("no", "deny", hears="utter_deny_offer")
    me.lost_nothing()
    assert me.count("secure_views") == 0
