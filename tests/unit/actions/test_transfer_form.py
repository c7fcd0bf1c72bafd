"""The form mechanism, shown on the transfer: answers, corrections, interruptions, cancelling, confirmation, proof."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from actions.bank.errors import CodeLocked
from actions.bank.model.money import Money
from actions.bank.model.transfers import TransferStatus
from tests.dialogue import Talk, names
from tests.fake_bank import CODE, FakeBank

SUMMARY = "utter_transfer_summary"
ASK_CODE = "utter_ask_transfer_code"
ASK_CHANGE = "utter_ask_transfer_change"


async def test_one_sentence_leads_to_the_summary_and_two_answers_move_the_money(talk: Talk, bank: FakeBank) -> None:
    summary = (await talk.say("send £25 to Maya", "transfer_money"))[-1]
    assert summary.response == SUMMARY
    assert {key: summary.facts[key] for key in ("payee", "amount", "fee", "total")} == {
        "payee": "Maya Fernandes",
        "amount": "£25.00",
        "fee": "£0.00",
        "total": "£25.00",
    }
    assert summary.text.endswith("Shall I send it?")
    assert names(await talk.say("yes", "affirm")) == [ASK_CODE]
    done = await talk.say(CODE)
    assert names(done) == ["utter_transfer_done"]
    assert [receipt.amount for receipt in bank.executed.values()] == [Money(2500, "GBP")]
    assert not any(value for slot, value in talk.slots.items() if slot not in ("transfer_last", "form_failures"))


async def test_missing_values_are_asked_one_at_a_time(talk: Talk) -> None:
    assert names(await talk.say("i want to send money", "transfer_money")) == ["utter_ask_transfer_payee"]
    assert names(await talk.say("Maya")) == ["utter_ask_transfer_money_form_transfer_amount"]
    assert names(await talk.say("twenty five quid")) == [SUMMARY]


async def test_the_account_is_asked_only_where_it_is_unclear(talk: Talk, bank: FakeBank) -> None:
    assert (await talk.say("pay Jonas 40", "transfer_money"))[-1].facts["amount"] == "€40.00"
    await talk.say("cancel", "cancel_form")
    bank.held.append(bank.held[0].__class__(**{**_fields(bank.held[0]), "id": "Bills", "name": "Bills"}))
    asked = (await talk.say("send £5 to Mia", "transfer_money"))[-1]
    assert asked.response == "utter_ask_transfer_account"
    assert (await talk.say("the bills one", "nlu_fallback"))[-1].facts["account"] == "Bills"


@pytest.mark.parametrize("intent", ["greet", "check_balance", "nlu_fallback", "deny", "out_of_scope"])
async def test_a_bare_value_answers_whatever_its_intent(talk: Talk, intent: str) -> None:
    await talk.say("send money to Maya", "transfer_money")
    assert names(await talk.say("25 pounds", intent)) == [SUMMARY]


async def test_a_lookup_that_carries_an_amount_does_not_fill_the_form(talk: Talk) -> None:
    await talk.say("send money to Maya", "transfer_money")
    replies = names(await talk.say("is there a transaction over 50 pounds from last week", "transaction_history"))
    assert replies == ["utter_accounts_transactions_none", "utter_ask_transfer_money_form_transfer_amount"]
    assert talk.slots["transfer_amount"] is None


@pytest.mark.parametrize("stage", ["payee", "amount", "confirmation", "code"])
async def test_a_question_in_the_middle_is_answered_and_the_open_question_asked_again(talk: Talk, stage: str) -> None:
    open_question = {
        "payee": "utter_ask_transfer_payee",
        "amount": "utter_ask_transfer_money_form_transfer_amount",
        "confirmation": SUMMARY,
        "code": ASK_CODE,
    }
    opening = {"payee": "send money", "amount": "send money to Maya"}.get(stage, "send £25 to Maya")
    await talk.say(opening, "transfer_money")
    if stage == "code":
        await talk.say("yes", "affirm")
    before = dict(talk.slots)
    replies = names(await talk.say("what's my balance?", "check_balance"))
    assert replies == ["utter_accounts_balance", "utter_accounts_balance", open_question[stage]]
    assert talk.slots == before


@pytest.mark.parametrize(
    ("text", "intent", "amount", "payee"),
    [
        ("actually make it 30", "correct_value", "£30.00", "Maya Fernandes"),
        ("make it 30", "inform", "£30.00", "Maya Fernandes"),
        ("yes, but make it 40", "affirm", "£40.00", "Maya Fernandes"),
        ("no, to Mia not Maya", "correct_value", "£25.00", "Mia Chen"),
        ("no, Mia", "deny", "£25.00", "Mia Chen"),
        ("sorry, 15 not 25", "correct_value", "£15.00", "Maya Fernandes"),
        ("change 25 to 55", "correct_value", "£55.00", "Maya Fernandes"),
        ("wrong account, use euros", "correct_value", "€25.00", "Maya Fernandes"),
    ],
)
@pytest.mark.parametrize("stage", ["confirmation", "code"])
async def test_a_correction_shows_the_summary_again_under_a_new_key(
    talk: Talk, bank: FakeBank, stage: str, text: str, intent: str, amount: str, payee: str
) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    if stage == "code":
        await talk.say("yes", "affirm")
    summary = (await talk.say(text, intent))[-1]
    assert (summary.response, summary.facts["amount"], summary.facts["payee"]) == (SUMMARY, amount, payee)
    assert talk.slots["transfer_prepared"]["key"] == "key-1" or ("cancel", "key-1") in bank.steps
    assert talk.slots["transfer_confirmation"] is None
    assert (await talk.say(CODE))[-1].response == SUMMARY, "the old code must be worth nothing"
    assert not bank.executed


async def test_naming_a_value_without_a_new_one_asks_for_it(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    assert names(await talk.say("change the payee", "correct_value")) == ["utter_ask_transfer_payee"]
    assert (await talk.say("Mia"))[-1].facts["payee"] == "Mia Chen"


@pytest.mark.parametrize("intent", ["add_payee", "nlu_fallback", "exchange_charge"])
@pytest.mark.parametrize("stage", ["confirmation", "change", "code"])
async def test_words_that_name_what_to_change_are_no_question(talk: Talk, stage: str, intent: str) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    if stage != "confirmation":
        await talk.say("no" if stage == "change" else "yes", "nlu_fallback")
    assert names(await talk.say("change the payee", intent)) == ["utter_ask_transfer_payee"]
    assert (await talk.say("Mia", intent))[-1].facts["payee"] == "Mia Chen"
    assert (await talk.say("make it 40", intent))[-1].facts["amount"] == "£40.00"


async def test_the_account_can_be_changed_where_only_one_fits_the_currency(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    asked = (await talk.say("change the account", "correct_value"))[-1]
    assert asked.response == "utter_ask_transfer_account"
    assert len(asked.buttons) == 2
    assert (await talk.say("Euro", "nlu_fallback"))[-1].facts["account"] == "Euro"


async def test_an_account_the_customer_does_not_have_is_asked_for_and_not_replaced(talk: Talk) -> None:
    replies = names(await talk.say("send £25 to Maya from my savings account", "transfer_money"))
    assert replies == ["utter_transfer_account_unclear", "utter_ask_transfer_account"]
    assert names(await talk.say("the main one")) == [SUMMARY]
    assert names(await talk.say("send £25 to Maya from my account", "transfer_money")) == [SUMMARY]


async def test_an_amount_and_an_account_in_different_currencies_are_a_question(talk: Talk) -> None:
    replies = names(await talk.say("send £25 to Maya from my euro account", "transfer_money"))
    assert replies[0] == "utter_error_account_not_available_currency_mismatch"
    assert replies[1] == "utter_ask_transfer_money_form_transfer_amount"
    summary = (await talk.say("25"))[-1]
    assert (summary.facts["amount"], summary.facts["account"]) == ("€25.00", "Euro")


async def test_a_contradicting_correction_withdraws_the_summary(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send €25 to Maya", "transfer_money")
    await talk.say("make it £30 from my euro account", "correct_value")
    assert ("cancel", "key-1") in bank.steps
    assert (await talk.say("30"))[-1].facts["amount"] == "€30.00"


async def test_the_same_value_again_is_no_miss(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    for _ in range(4):
        assert names(await talk.say("£25")) == [SUMMARY]


async def test_a_payload_that_was_not_on_offer_is_no_answer(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    assert names(await talk.say("/affirm", "nlu_fallback")) == ["utter_form_plain_yes", SUMMARY]
    await talk.say("yes", "affirm")
    assert names(await talk.say("/deny", "nlu_fallback"))[-1] == ASK_CODE
    assert not bank.executed


async def test_no_more_codes_end_the_transfer(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")

    async def locked(*_: object) -> None:
        raise CodeLocked(datetime(2030, 1, 2, 12, tzinfo=timezone.utc))

    bank.step_up.challenge = locked
    replies = await talk.say("yes", "affirm")
    assert names(replies) == ["utter_error_code_locked_until", "utter_transfer_cancelled"]
    assert "12:00" in replies[0].text
    assert talk.form is None


async def test_a_code_may_be_spelt_out(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    await talk.say(" ".join(CODE))
    assert len(bank.executed) == 1


@pytest.mark.parametrize(
    "text", ["yes to Mia", "ok?", "yes if it is free", "maybe", "I think so but wait", "yess to 50%"]
)
async def test_only_a_pure_yes_confirms(talk: Talk, bank: FakeBank, text: str) -> None:
    await talk.say("send £25 to Mia", "transfer_money")
    assert ASK_CODE not in names(await talk.say(text, "affirm"))
    assert ("challenge", "key-1") not in bank.steps


async def test_a_button_confirms_as_well(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    assert names(await talk.say("/affirm", "affirm")) == [ASK_CODE]


async def test_a_no_keeps_the_money_and_asks_what_to_change(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    assert names(await talk.say("no", "deny")) == ["utter_transfer_nothing_sent", ASK_CHANGE]
    assert ("cancel", "key-1") in bank.steps
    assert names(await talk.say("what is my balance", "check_balance"))[-1] == ASK_CHANGE
    assert names(await talk.say("yes", "affirm"))[-1] == ASK_CHANGE, "there is no summary that a yes could mean"
    assert (await talk.say("make it 12.50"))[-1].facts["amount"] == "£12.50"


@pytest.mark.parametrize("stage", ["payee", "confirmation", "change", "code"])
@pytest.mark.parametrize(
    ("text", "intent"), [("never mind", "cancel_form"), ("stop", "nlu_fallback"), ("cancel", "freeze_card")]
)
async def test_cancelling_says_what_was_not_done(
    talk: Talk, bank: FakeBank, stage: str, text: str, intent: str
) -> None:
    await talk.say("send money" if stage == "payee" else "send £25 to Maya", "transfer_money")
    if stage in ("change", "code"):
        await talk.say("no" if stage == "change" else "yes", "deny" if stage == "change" else "affirm")
    assert names(await talk.say(text, intent)) == ["utter_transfer_cancelled"]
    assert talk.form is None
    assert not bank.executed
    assert all(talk.slots.get(slot) is None for slot in ("transfer_payee", "transfer_prepared", "transfer_code"))


async def test_three_misses_offer_a_person_and_a_yes_takes_it(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send money to Maya", "transfer_money")
    assert names(await talk.say("infinity"))[0] == "utter_error_amount_not_a_number"
    assert names(await talk.say("minus five"))[0] == "utter_error_amount_negative"
    assert names(await talk.say("0")) == ["utter_error_amount_zero", "utter_form_gave_up"]
    assert names(await talk.say("yes", "affirm")) == ["utter_handoff_queued"]
    assert bank.steps == [("ticket", "transfer_money")]


async def test_an_old_confirmation_is_asked_again_with_a_new_key(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    old = datetime.now(timezone.utc) - timedelta(minutes=11)
    talk.slots["transfer_prepared"] = {**talk.slots["transfer_prepared"], "at": old.isoformat()}
    assert names(await talk.say("yes", "affirm")) == ["utter_form_confirmation_stale", SUMMARY]
    assert names(await talk.say("yes", "affirm")) == [ASK_CODE]
    assert [step[0] for step in bank.steps] == ["prepare", "cancel", "prepare", "challenge"]


async def test_the_key_is_in_a_slot_before_the_confirmation_and_the_code_never_is(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    assert talk.slots["transfer_prepared"]["key"] == "key-1"
    await talk.say("yes", "affirm")
    await talk.say(CODE)
    assert CODE not in str([event for event in talk.events if event["event"] == "slot"])


async def test_five_wrong_codes_end_the_transfer(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    for _ in range(4):
        assert names(await talk.say("000000")) == ["utter_error_code_wrong", ASK_CODE]
    assert names(await talk.say("000000")) == ["utter_error_code_locked", "utter_transfer_cancelled"]
    assert not bank.executed


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i didn't get the code", "verify_top_up"),
        ("send a new code please", "transfer_money"),
        ("send it again please", "nlu_fallback"),
        ("resend", "nlu_fallback"),
    ],
)
async def test_a_lost_code_is_sent_again(talk: Talk, bank: FakeBank, text: str, intent: str) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    assert names(await talk.say(text, intent)) == ["utter_form_code_resent", ASK_CODE]
    assert bank.steps.count(("challenge", "key-1")) == 2


async def test_too_little_money_is_said_before_the_summary(talk: Talk) -> None:
    replies = names(await talk.say("send £2,500 to Maya", "transfer_money"))
    assert replies == ["utter_error_insufficient_funds", "utter_ask_transfer_money_form_transfer_amount"]
    assert names(await talk.say("20")) == [SUMMARY]


async def test_a_new_iban_asks_for_its_holder(talk: Talk) -> None:
    asked = await talk.say("send 25 to GB29 NWBK 6016 1331 9268 19", "transfer_money")
    assert names(asked) == ["utter_ask_transfer_iban_name"]
    summary = (await talk.say("Jo Bloggs", "out_of_scope"))[-1]
    assert (summary.facts["payee"], summary.facts["payee_tail"]) == ("Jo Bloggs", "6819")


async def test_a_wrong_iban_is_refused(talk: Talk) -> None:
    replies = await talk.say("send 25 to GB29 NWBK 6016 1331 9268 18", "transfer_money")
    assert names(replies) == ["utter_error_invalid_iban_checksum", "utter_ask_transfer_payee"]


async def test_a_lost_reply_is_settled_by_asking_the_ledger(talk: Talk, bank: FakeBank) -> None:
    bank.lose_reply = True
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    assert names(await talk.say(CODE)) == ["utter_transfer_done"]
    assert len(bank.executed) == 1


async def test_an_unknown_outcome_is_reported_by_the_next_transfer(
    talk: Talk, bank: FakeBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.lose_reply = True
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    status = bank.transfers.status

    async def unreachable(*asked: str) -> TransferStatus:
        if bank.executed:
            raise ConnectionError
        return await status(*asked)

    bank.transfers.status = unreachable
    assert names(await talk.say(CODE)) == ["utter_transfer_unknown"]
    bank.transfers.status = status
    replies = names(await talk.say("send £5 to Mia", "transfer_money"))
    assert replies == ["utter_transfer_recovered", SUMMARY]


async def test_a_ledger_that_cannot_be_asked_leaves_the_form_as_it_is(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    status = bank.transfers.status

    async def unreachable(*_: str) -> TransferStatus:
        raise ConnectionError

    bank.transfers.status = unreachable
    assert names(await talk.say("yes", "affirm")) == ["utter_apology", SUMMARY]
    bank.transfers.status = status
    await talk.say("yes", "affirm")
    assert names(await talk.say(CODE)) == ["utter_transfer_done"]


async def test_a_card_is_frozen_at_once_in_the_middle(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    replies = names(await talk.say("my card was stolen!", "lost_or_stolen_card"))
    assert ("freeze", None, "lost_or_stolen_card") in bank.steps
    assert replies[-1] == SUMMARY


async def test_saying_goodbye_drops_the_transfer(talk: Talk, bank: FakeBank) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    assert names(await talk.say("bye", "goodbye")) == ["utter_goodbye_unfinished"]
    assert talk.form is None
    assert ("cancel", "key-1") in bank.steps


async def test_a_guest_is_asked_to_log_in(guest: Talk) -> None:
    assert names(await guest.say("send £25 to Maya", "transfer_money")) == ["utter_login_needed"]
    assert guest.form is None


async def test_a_forged_assertion_is_refused(talk: Talk, bank: FakeBank) -> None:
    talk.token = "e30.e30.forged"
    assert names(await talk.say("send £25 to Maya", "transfer_money"))[0] == "utter_identity_refused"
    assert names(await talk.say("what is my balance", "check_balance")) == ["utter_identity_refused"]
    assert set(bank.steps) == {("denied", "action_server", "assertion_invalid")}


async def test_every_step_asks_one_thing_in_its_last_sentence(talk: Talk) -> None:
    for text, intent in [("send money", "transfer_money"), ("Maya", "inform"), ("25", "inform"), ("yes", "affirm")]:
        assert (await talk.say(text, intent))[-1].text.endswith("?")


def _fields(held: object) -> dict[str, object]:
    # Ignored below: a dataclass with slots
    return {name: getattr(held, name) for name in held.__slots__}  # type: ignore[attr-defined]
