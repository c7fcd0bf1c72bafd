"""A German talk: every fact of an answer is German as well, and what a customer can press says so too."""

from __future__ import annotations

import re

import pytest

from actions.house import House
from actions.parsing.text import words
from common.demo import CUSTOMERS
from tests.dialogue import Reply, Talk, names
from tests.integration.conversations.customer import ASK_CODE, SENT, SUMMARY, Enter

ENGLISH = re.compile(
    r"\b(?:the|of|and|or|with|is|was|your|yours|card|ending|from|days?|months?|year|a|pending|completed|declined|frozen|"
    r"active|free|not|none|on|off|abroad|physical|Monday|Tuesday|January|March|May|October|December)\b"
)
NAMES = words(
    "account counterparty trading_name place location address lines nearest reference iban name payee payees product "
    "loan_name credit_name emergency_line collector collectors device devices cards open account_tail language"
)
ASKED = words(
    "account_details age_limit atm_support automatic_top_up balance_not_updated_after_bank_transfer bot_challenge "
    "cancel_transfer card_acceptance card_arrival card_delivery_estimate card_not_working card_payment_fee_charged "
    "card_payment_not_recognised card_settings cash_withdrawal_charge change_pin check_balance contactless_not_working "
    "country_support declined_card_payment declined_cash_withdrawal declined_transfer exchange_charge exchange_rate "
    "fiat_currency_support get_physical_card pending_card_payment pending_top_up pending_transfer receiving_money "
    "refund_not_showing_up scheduled_payments set_card_limit spending_insight supported_cards_and_currencies "
    "top_up_by_bank_transfer_charge top_up_by_card_charge top_up_by_cash_or_cheque top_up_failed top_up_limits "
    "transaction_history transfer_fee_charged transfer_into_account transfer_timing unfreeze_card visa_or_mastercard "
    "why_verify_identity apple_pay_or_google_pay top_up_reverted extra_charge_on_statement"
)


def english(replies: list[Reply]) -> list[str]:
    """The facts of these replies that still hold English words."""
    return [
        f"{reply.response} {name}: {value}"
        for reply in replies
        for name, value in reply.facts.items()
        if name not in NAMES and ENGLISH.search(value)
    ]


@pytest.mark.parametrize("intent", sorted(ASKED))
async def test_user_who_speaks_german_hears_no_english_facts(house: House, intent: str) -> None:
    talk = Talk(house.keyring, CUSTOMERS["alex"], f"german-{intent}", slots={"language": "de"})
    replies = await talk.say(f"{intent}?", intent)
    assert replies
    assert english(replies) == []


@pytest.mark.parametrize(
    ("text", "intent", "fact", "said"),
    [
        ("what is my GBP balance", "check_balance", "available", "1.000,00\N{NO-BREAK SPACE}£"),
        ("freeze my card", "freeze_card", "kind", "Plastikkarte"),
        ("what does my card allow", "card_settings", "contactless", "an"),
    ],
)
async def test_user_with_a_german_setting_hears_german(
    enter: Enter, text: str, intent: str, fact: str, said: str
) -> None:
    me = await enter(customer={"preferred_language": "de"})
    replies = await me.also_says(text, intent)
    assert {reply.facts.get("language") for reply in replies if reply.response != "utter_first_contact"} == {"de"}
    assert said in [reply.facts.get(fact) for reply in replies]


async def test_user_pays_in_german_from_the_first_word_to_the_receipt(enter: Enter) -> None:
    me = await enter()
    await me.says("Deutsch bitte", "change_language", hears="utter_language_changed")
    summary = await me.says("send £25 to Maya", "transfer_money", hears=SUMMARY)
    assert summary.facts["total"] == "25,00\N{NO-BREAK SPACE}£"
    assert re.match(r"\w+tag|Mittwoch", summary.facts["arrival"])
    await me.says("ja", "affirm", hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_reads_german_on_the_buttons_of_what_was_not_understood(enter: Enter) -> None:
    me = await enter()
    await me.says("auf Deutsch", "change_language")
    [asked] = await me.talk.say("blubb", "nlu_fallback", ranking=("card_arrival", "check_balance"))
    assert [button["title"] for button in asked.buttons] == [
        "Wo ist meine Karte?",
        "Kontostand zeigen",
        "Etwas anderes",
    ]
    assert names(await me.talk.say("du bist blöd", "out_of_scope")) == ["utter_scolded"]
