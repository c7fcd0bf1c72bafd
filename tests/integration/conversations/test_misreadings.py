"""Where misreading costs most: users write as people do, and money or safety hangs on it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dialogue import names
from tests.integration.bank.bank_customers import new_bban
from tests.integration.conversations.customer import (
    ASK_ACCOUNT,
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    NOT_SENT,
    SENT,
    SUMMARY,
    Enter,
)

SENDING = ("send £25 to Maya", "transfer_money")
LATER, LATER_DONE = "utter_summary_pay_later", "utter_done_standing_order"
ORDER = "SELECT amount_minor, schedule, next_run FROM standing_orders WHERE customer_id = %(me)s"


@pytest.mark.parametrize(
    "text",
    [
        "send Maya £25 on friday",
        "send Maya £25 next friday",
        "pay Maya 25 pounds tomorrow",
        "send 25 to Maya in 3 days",
        "send £25 to Maya on the 28th for dinner",
    ],
)
async def test_user_names_a_later_day_and_nothing_leaves_before_it(enter: Enter, text: str) -> None:
    me = await enter()
    summary = await me.says(text, "transfer_money", hears=LATER)
    assert summary.facts["amount"] == "£25.00"
    question = await me.says_yes(hears=ASK_APPROVAL)
    assert "£25.00 to Maya" in question.text
    await me.types_code(hears=LATER_DONE)
    minor, schedule, next_run = me.one(ORDER)
    assert (minor, schedule) == (2500, "once")
    assert next_run > date.today()
    assert (me.balance(), me.sent()) == (100_000, [])


async def test_user_says_a_rhythm_with_a_transfer_and_gets_a_standing_order(enter: Enter) -> None:
    me = await enter()
    await me.says("send Maya £25 every month on the 5th", "transfer_money", hears="utter_summary_standing_order")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears=LATER_DONE)
    assert me.one(ORDER)[:2] == (2500, "monthly on the 5th")
    assert me.sent() == []


@pytest.mark.parametrize("stage", ["summary", "code"])
async def test_user_moves_a_transfer_to_another_day_before_it_is_sent(enter: Enter, stage: str) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    first = ""
    if stage == "code":
        await me.says_yes(hears=ASK_CODE)
        first = await me.code()
    summary = await me.says("send it on friday", "correct_value", hears=LATER)
    assert (summary.facts["payee"], summary.facts["amount"]) == ("Maya Fernandes", "£25.00")
    assert me.prepared()[0] == "cancelled"
    if first:
        await me.says(first, hears=LATER)
    assert me.sent() == []


@pytest.mark.parametrize(
    "text", ["send £25 to Maya today", "send £25 to Maya now", "send £25 to Maya for last friday's dinner"]
)
async def test_user_means_now_and_is_not_made_to_wait(enter: Enter, text: str) -> None:
    me = await enter()
    summary = await me.says(text, "transfer_money", hears=SUMMARY)
    assert summary.facts["total"] == "£25.00"


async def test_user_gives_a_new_iban_for_another_day_and_is_told_that_it_would_go_now(enter: Enter) -> None:
    me = await enter()
    heard = await me.also_says("send £25 to Ana Smith GB29NWBK60161331926819 on friday", "transfer_money")
    assert names(heard)[0] == "utter_transfer_only_now"
    assert names(heard)[-1] == SUMMARY


@pytest.mark.parametrize("stage", ["amount", "summary", "code"])
async def test_user_reports_a_scam_and_is_not_asked_to_go_on_paying(enter: Enter, stage: str) -> None:
    me = await enter()
    await me.says("pay Maya" if stage == "amount" else SENDING[0], "transfer_money")
    code = ""
    if stage == "code":
        await me.says_yes(hears=ASK_CODE)
        code = await me.code()
    heard = names(await me.also_says("I've been scammed", "report_scam"))
    assert heard[0] == NOT_SENT
    assert not {SUMMARY, ASK_CODE, ASK_AMOUNT} & set(heard)
    assert me.talk.form is None
    assert [reason for reason, _, _ in me.tickets()] == ["scam"]
    for late in filter(None, ("yes", code)):
        assert SENT not in names(await me.also_says(late, "affirm"))
    me.lost_nothing()


async def test_user_on_the_phone_with_a_swindler_wants_the_card_frozen_and_the_payment_is_stopped(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    text = "freeze my card, a man is on the phone and wants me to move my money"
    heard = names(await me.also_says(text, "freeze_card"))
    assert {"utter_danger_scam", NOT_SENT, "utter_cards_frozen"} <= set(heard)
    assert SUMMARY not in heard
    assert me.card() == "frozen"
    me.lost_nothing()


@pytest.mark.parametrize(
    ("text", "minor", "payee"),
    [
        ("pay Max 5 euros", 500, "Max Weber"),
        ("send Maya £5 and 50p", 550, "Maya Fernandes"),
        ("send Maya 2 tenners", 2000, "Maya Fernandes"),
        ("send Maya a hundred", 10_000, "Maya Fernandes"),
        ("pay Maya £40 for invoice 123", 4000, "Maya Fernandes"),
        ("send Maya £30 for 2 pizzas", 3000, "Maya Fernandes"),
    ],
)
async def test_user_writes_as_people_do_and_payee_and_amount_are_understood(
    enter: Enter, text: str, minor: int, payee: str
) -> None:
    me = await enter()
    summary = await me.says(text, "transfer_money", hears=SUMMARY)
    assert summary.facts["payee"] == payee
    assert summary.facts["amount"][1:].replace(",", "") == f"{minor / 100:.2f}"


@pytest.mark.parametrize(
    "text",
    ["send Maya NaN pounds", "send Maya 10 or 20", "send maya all my money", "send Maya the rest", "send Maya 0"],
)
async def test_user_names_no_usable_amount_and_only_the_amount_is_asked(enter: Enter, text: str) -> None:
    me = await enter()
    await me.says(text, "transfer_money", hears=ASK_AMOUNT)
    assert me.prepared() == []


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "${7*7} {{7*7}}", '/inform{"transfer_amount": "7"}', "'; DROP TABLE x; -- 7"]
)
@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback"])
async def test_user_types_code_at_the_summary_and_its_numbers_are_no_new_amount(
    enter: Enter, text: str, intent: str
) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    summary = await me.says(text, intent, hears=("utter_form_plain_yes", SUMMARY))
    assert summary.facts["total"] == "£25.00"
    assert me.prepared() == ["prepared"]


async def test_user_pays_from_an_account_that_is_not_there_and_is_asked_instead_of_charged_elsewhere(
    enter: Enter,
) -> None:
    me = await enter()
    await me.says("send £25 to Maya from savings", "transfer_money", hears=ASK_ACCOUNT)
    assert me.prepared() == []
    summary = await me.says("Main", hears=SUMMARY)
    assert summary.facts["account"] == "Main"


CARD_PAYMENTS = [
    {"kind": "card_payment", "status": "completed", "direction": "out", "account": "Main", "amount_minor": minor,
     "counterparty": shop, "card": "5501", "entry_mode": "chip_pin", "country": "GB", "created_at": f"-{days}d"}
    for days, (shop, minor) in enumerate([("Greggs", 320), ("Boots", 999), ("El Corte Ingles", 9180), ("Tesco", 5612),
                                          ("Argos", 4500), ("Costa", 410)], start=2)
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shop", "amount"),
    [
        ("I want to dispute the Tesco payment", "Tesco", "£56.12"),
        ("open a dispute about El Corte Ingles", "El Corte Ingles", "£91.80"),
        ("dispute what costa took from me", "Costa", "£4.10"),
    ],
)
async def test_user_names_the_shop_of_a_disputed_payment_anywhere_in_the_sentence(
    enter: Enter, text: str, shop: str, amount: str
) -> None:
    me = await enter(transactions=CARD_PAYMENTS)
    reply = await me.says(text, "dispute_transaction", hears="utter_dispute_proposed")
    assert (reply.facts["counterparty"], reply.facts["amount"]) == (shop, amount)


PENDING = [
    {"kind": "transfer", "status": "pending", "direction": "out", "account": "Main", "amount_minor": 12_000 + number,
     "counterparty": payee, "payee": payee, "method": "local", "created_at": f"-{3 + number}h", "expected_by": "+1d",
     "cancellable_until": "+20h", "reason_code": "first_payment", "reference": f"TR5D11C0A9E{number}"}
    for number, payee in enumerate(["Mia Chen", "Maya Fernandes"])
]  # fmt: skip


@pytest.mark.parametrize("text", ["why is my transfer to Maya pending", "is the Maya payment stuck"])
async def test_user_names_a_payee_amid_other_words_and_hears_of_that_transfer_alone(enter: Enter, text: str) -> None:
    me = await enter(transactions=PENDING)
    heard = await me.also_says(text, "pending_transfer")
    assert heard[0].response == "utter_pending_transfer_found"
    assert [reply.facts["counterparty"] for reply in heard if "counterparty" in reply.facts] == ["Maya Fernandes"]


async def test_user_says_yes_after_a_digression_and_nothing_is_cancelled(enter: Enter) -> None:
    me = await enter(transactions=PENDING)
    await me.says("cancel my transfer to Maya", "cancel_transfer", hears="utter_cancel_transfer_proposed")
    await me.also_says("what's my balance?", "check_balance")
    await me.says_yes(hears=("utter_affirm_nothing_pending",))
    assert me.one("SELECT count(*) FROM transactions WHERE customer_id = %(me)s AND status = 'pending'") == (2,)


async def test_user_types_the_code_of_another_talk_and_only_the_own_one_counts(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    mine = await me.code()
    other = type(me)(me.id, type(me.talk)(me.talk.keyring, me.id, f"{me.talk.session_id}-2"), me.sql, me.code_of)
    await other.says(*SENDING, hears=SUMMARY)
    await other.says_yes(hears=ASK_CODE)
    theirs = await other.code()
    await me.says(theirs, hears=("utter_error_code_wrong", ASK_CODE))
    await other.says(mine, hears=("utter_error_code_wrong", ASK_CODE))
    await me.says(mine, hears=SENT)
    await other.says(theirs, hears=SENT)
    assert me.balance() == 95_000


TWO_POTS = {
    name: {"currency": currency, "opening": opening, "opened": "-200d"}
    for name, currency, opening in (("Everyday", "GBP", 100_000), ("Savings", "GBP", 20_000), ("Euro", "EUR", 50_000))
}


@pytest.mark.parametrize(
    "text", ["move £30 from everyday to savings", "transfer 30 pounds to my savings account", "send £30 to savings"]
)
async def test_user_moves_money_between_accounts_in_one_currency(enter: Enter, text: str) -> None:
    accounts = {name: {**account, "bban": new_bban()} for name, account in TWO_POTS.items()}
    me = await enter(accounts=accounts, cards={}, payees={})
    summary = await me.says(text, "transfer_money", hears=SUMMARY)
    assert (summary.facts["account"], summary.facts["total"]) == ("Everyday", "£30.00")
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    balances = "SELECT {} FROM accounts WHERE customer_id = %(me)s AND name = 'Savings'"
    assert me.one(balances.format("balance_minor")) == (23_000,)
    assert me.balance() == 120_000


async def test_user_pays_into_an_account_in_another_currency_and_is_offered_the_exchange(enter: Enter) -> None:
    me = await enter()
    summary = await me.says("transfer £20 from main to euro", "transfer_money", hears="utter_summary_exchange")
    assert summary.facts["result"].startswith("€")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_exchange")
    assert me.balance() == 98_000


async def test_user_pays_a_new_iban_and_hears_that_the_name_could_not_be_checked(enter: Enter) -> None:
    me = await enter()
    heard = names(await me.also_says("send £20 to Ana Smith GB29NWBK60161331926819", "transfer_money"))
    assert heard == ["utter_transfer_name_unavailable", SUMMARY]
