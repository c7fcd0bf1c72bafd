"""Users stop: it is said what was not done, and the tables agree."""

from __future__ import annotations

import pytest

from tests.integration.conversations.customer import (
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    NOT_DONE,
    NOT_SENT,
    NOTHING_SENT,
    SENT,
    SUMMARY,
    Enter,
)

SENDING = ("send £25 to Maya", "transfer_money")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("cancel", "cancel_form"),
        ("never mind", "cancel_form"),
        ("forget it", "deny"),
        ("stop", "nlu_fallback"),
        ("cancel the transfer", "cancel_transfer"),
    ],
)
@pytest.mark.parametrize("yes_first", [False, True], ids=["at_the_summary", "at_the_code"])
async def test_user_stops_a_transfer(enter: Enter, yes_first: bool, text: str, intent: str) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    if yes_first:
        await me.says_yes(hears=ASK_CODE)
    await me.says(text, intent, hears=NOT_SENT)
    assert me.talk.form is None
    me.lost_nothing()


async def test_user_stops_before_the_amount(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    await me.says("cancel", "cancel_form", hears=NOT_SENT)
    await me.says("25", hears="utter_inform_no_form")
    me.lost_nothing()


async def test_user_types_the_code_after_cancelling(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    code = await me.code()
    await me.says("cancel", "cancel_form", hears=NOT_SENT)
    await me.says(code, hears="utter_secret_code")
    me.lost_nothing()


async def test_user_says_no_twice(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says("no", "deny", hears=(NOTHING_SENT, "utter_ask_transfer_change"))
    await me.says("no", "deny", hears=NOT_SENT)
    me.lost_nothing()


async def test_user_leaves_with_a_goodbye(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.says("bye", "goodbye", hears="utter_goodbye_unfinished")
    await me.says_yes(hears="utter_affirm_nothing_pending")
    me.lost_nothing()


async def test_user_cancels_and_starts_anew_without_the_old_values(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says("cancel", "cancel_form", hears=NOT_SENT)
    await me.says("send money to Mia", "transfer_money", hears=ASK_AMOUNT)
    await me.says("7", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Mia Chen", 700, "GBP")]


async def test_user_wants_to_cancel_a_transfer_that_is_done(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    await me.says("cancel", "cancel_form", hears="utter_cancel_already_done")
    assert me.balance() == 97_500, "a word does not undo what was done"
    await me.says_yes()
    assert [(reason, status) for reason, _, status in me.tickets()] == [("customer_request", "queued")]


async def test_user_stops_an_exchange_at_the_code(enter: Enter) -> None:
    me = await enter()
    await me.says("exchange £100 to euros", "exchange_via_app", hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    code = await me.code()
    await me.says("cancel", "cancel_form", hears=NOT_DONE)
    await me.says(code, hears="utter_secret_code")
    me.lost_nothing()


async def test_user_decides_against_a_card_when_the_fee_is_shown(enter: Enter) -> None:
    me = await enter()
    await me.says("I would like a second card", "getting_spare_card", hears="utter_ask_operation_delivery")
    await me.says("express", hears="utter_summary_order_card")
    await me.says("no thanks", "deny", hears=("utter_operation_nothing_done", "utter_ask_operation_change"))
    await me.says("cancel", "cancel_form", hears=NOT_DONE)
    assert (me.count("card_orders"), me.count("cards"), me.balance()) == (0, 1, 100_000)


async def test_user_keeps_the_account_after_all(enter: Enter) -> None:
    me = await enter()
    await me.says("close my account", "terminate_account", hears="utter_ask_operation_leaving")
    await me.says("too many fees", hears="utter_ask_operation_payout")
    await me.says("forget it", "cancel_form", hears=NOT_DONE)
    assert me.count("account_closures") == 0
    assert me.count("accounts", "status = 'active'") == 2


TOP_UP_RULE = {
    "account": "Main",
    "funding_card": "8835",
    "threshold_minor": 2000,
    "amount_minor": 5000,
    "status": "active",
}


async def test_user_stops_an_automatic_top_up(enter: Enter) -> None:
    me = await enter(auto_topups={"a1": TOP_UP_RULE})
    await me.says("stop my automatic top-up", "automatic_top_up", hears="utter_automatic_top_up_stop")
    assert me.count("auto_topups", "status = 'active'") == 1
    await me.says_yes(hears="utter_automatic_top_up_stopped")
    assert me.count("auto_topups", "status = 'active'") == 0


async def test_user_keeps_the_automatic_top_up_with_a_no(enter: Enter) -> None:
    me = await enter(auto_topups={"a1": TOP_UP_RULE})
    await me.says("stop my automatic top-up", "automatic_top_up", hears="utter_automatic_top_up_stop")
    await me.says("no", "deny", hears="utter_deny_offer")
    await me.says_yes(hears="utter_affirm_nothing_pending")
    assert me.count("auto_topups", "status = 'active'") == 1


async def test_user_ends_a_direct_debit(enter: Enter) -> None:
    gym = {
        "account": "Main", "collector": "PureGym", "reference": "PG-1", "status": "active", "last_amount_minor": 2299,
        "next_run": "+5d", "signed_at": "-120d",
    }  # fmt: skip
    me = await enter(mandates={"m1": gym})
    asked = await me.says("cancel PureGym", "scheduled_payments", hears="utter_scheduled_cancel_mandate")
    assert "£22.99" in asked.text
    await me.says_yes(hears="utter_mandate_cancelled")
    assert me.one("SELECT status FROM mandates WHERE customer_id = %(me)s") == ("cancelled",)


async def test_user_stops_a_pending_transfer_and_has_the_money_free(enter: Enter) -> None:
    waiting = {
        "kind": "transfer", "status": "pending", "direction": "out", "account": "Main", "amount_minor": 12_000,
        "counterparty": "Maya Fernandes", "payee": "Maya Fernandes", "method": "local", "created_at": "-3h",
        "expected_by": "+1d", "cancellable_until": "+20h",
    }  # fmt: skip
    me = await enter(transactions=[waiting])
    assert "£880.00" in await me.asks("what is my balance?", "check_balance")
    await me.says("cancel my transfer", "cancel_transfer", hears="utter_cancel_transfer_proposed")
    await me.says_yes(hears="utter_transfer_stopped")
    assert me.one("SELECT status, reason_code FROM transactions WHERE customer_id = %(me)s") == (
        "reverted", "customer_cancelled",
    )  # fmt: skip
    assert "£880.00" not in await me.asks("and now?", "check_balance")


async def test_user_asks_back_a_transfer_that_has_left(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    await me.says("cancel my transfer to Maya", "cancel_transfer", hears="utter_cancel_transfer_recall_proposed")
    assert me.count("disputes") == 0
    case = await me.also_says("yes", "affirm")
    [number] = me.one("SELECT case_no FROM disputes WHERE customer_id = %(me)s AND kind = 'transfer'")
    assert [reply.response for reply in case][:2] == ["utter_transfer_recall", "utter_case_opened"]
    assert number in case[1].text
    assert me.balance() == 97_500, "the money is back only when the other bank agrees"
