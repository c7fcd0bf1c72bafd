"""Users ask something else in the middle: it is answered, the open question comes back, and nothing is lost."""

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

SENDING = ("send £25 to Maya", "transfer_money")
QUESTIONS = {
    "balance": ("what's my balance?", "check_balance"),
    "transactions": ("show my last transactions", "transaction_history"),
    "rate with an amount": ("how much is 100 euros in pounds?", "exchange_rate"),
    "limits": ("what are the top-up limits?", "top_up_limits"),
    "arrival": ("how long does a transfer take?", "transfer_timing"),
    "who speaks": ("am I talking to a robot?", "bot_challenge"),
    "capabilities": ("what can you do?", "capabilities"),
    "greeting": ("hello", "greet"),
    "thanks": ("thank you", "thank"),
    "repeat": ("say that again", "repeat"),
    "card order": ("where is my card?", "card_arrival"),
}
STAGES = {
    "payee": (("send money", "transfer_money"), ASK_PAYEE),
    "amount": (("pay Maya", "transfer_money"), ASK_AMOUNT),
    "summary": (SENDING, SUMMARY),
}


@pytest.mark.parametrize("stage", STAGES)
async def test_user_asks_every_sort_of_question_and_the_form_waits(enter: Enter, stage: str) -> None:
    me = await enter()
    opening, question = STAGES[stage]
    await me.says(*opening, hears=question)
    for name, asked in QUESTIONS.items():
        replies = await me.also_says(*asked)
        assert replies[-1].response == question, name
        assert len(replies) > 1 or name == "repeat"
        assert "utter_apology" not in [reply.response for reply in replies]
    if stage == "payee":
        await me.says("Maya", hears=ASK_AMOUNT)
    if stage != "summary":
        summary = await me.says("25", hears=SUMMARY)
        assert summary.facts["total"] == "£25.00"
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_asks_a_question_at_the_code_and_the_code_still_counts(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    code = await me.code()
    balance = await me.also_says("what's my balance?", "check_balance")
    assert "£1,000.00" in "".join(reply.text for reply in balance)
    assert balance[-1].response == ASK_CODE
    await me.says(code, hears=SENT)
    assert me.balance() == 97_500
    assert me.prepared() == ["executed"]


async def test_user_asks_for_a_rate_before_confirming_an_exchange(enter: Enter) -> None:
    me = await enter()
    await me.says("exchange £100 to euros", "exchange_via_app", hears="utter_summary_exchange")
    replies = await me.also_says("what is the rate from pounds to dollars?", "exchange_rate")
    assert [reply.response for reply in replies] == ["utter_exchange_rate", "utter_summary_exchange"]
    assert replies[-1].facts["result"].startswith("€")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_exchange")
    assert me.balance() == 90_000
    assert me.count("accounts") == 2


async def test_user_asks_how_long_delivery_takes_before_choosing_it(enter: Enter) -> None:
    me = await enter()
    await me.says("I would like a second card", "getting_spare_card", hears="utter_ask_operation_delivery")
    replies = await me.also_says("how long would it take?", "card_delivery_estimate")
    assert len(replies) > 1
    assert replies[-1].response == "utter_ask_operation_delivery"
    await me.says("standard", hears="utter_summary_order_card")
    assert me.count("card_orders") == 0


async def test_user_freezes_a_card_in_the_middle_and_still_sends_the_money(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    code = await me.code()
    replies = await me.also_says("oh no, I lost my card", "lost_or_stolen_card")
    assert (replies[0].response, replies[-1].response) == ("utter_cards_frozen", ASK_CODE)
    assert me.card() == "frozen"
    await me.says(code, hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]
    assert me.card() == "frozen"


async def test_user_with_two_cards_says_which_to_freeze_without_leaving_the_transfer(enter: Enter) -> None:
    first = {
        "kind": "physical", "scheme": "Visa", "status": "active", "account": "Main", "pin_set": True,
        "expires_on": "+900d", "created_at": "-90d",
    }  # fmt: skip
    me = await enter(cards={"5501": first, "6612": first})
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    asked = await me.also_says("freeze my card", "freeze_card")
    assert [reply.response for reply in asked] == ["utter_cards_freeze_which", ASK_AMOUNT]
    replies = await me.also_says("freeze the card ending 6612", "freeze_card")
    assert [reply.response for reply in replies] == ["utter_cards_frozen", ASK_AMOUNT]
    assert (me.card("5501"), me.card("6612")) == ("active", "frozen")
    await me.says("25", hears=SUMMARY)


async def test_user_complains_in_the_middle_and_goes_on(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    replies = await me.also_says("I want to complain about your fees", "complaint")
    [number] = me.one("SELECT number FROM complaints WHERE customer_id = %(me)s AND area = 'payments'")
    assert number in replies[0].text
    assert replies[-1].response == SUMMARY
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_changes_the_language_in_the_middle_and_confirms_in_it(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says("bitte auf Deutsch", "change_language", hears=SUMMARY)
    assert me.talk.slots["language"] == "de"
    await me.says("ja", "affirm", hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_looks_at_what_is_scheduled_while_setting_up_a_standing_order(enter: Enter) -> None:
    me = await enter()
    await me.says("set up a standing order for Maya", "scheduled_payments", hears="utter_ask_operation_amount")
    replies = await me.also_says("what's my balance?", "check_balance")
    assert replies[-1].response == "utter_ask_operation_amount"
    await me.says("40", hears="utter_ask_operation_schedule")
    replies = await me.also_says("what did I spend on groceries?", "spending_insight")
    assert replies[-1].response == "utter_ask_operation_schedule"
    await me.says("every Friday", hears="utter_summary_standing_order")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_standing_order")
    assert me.one("SELECT amount_minor, schedule FROM standing_orders WHERE customer_id = %(me)s") == (
        4000, "weekly on Friday",
    )  # fmt: skip
