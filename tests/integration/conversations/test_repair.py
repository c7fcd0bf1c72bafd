"""Users are not understood, mistype, or are refused: it is said plainly, the talk goes on, and no money goes astray."""

from __future__ import annotations

import copy

import pytest

from tests.integration.conversations.customer import (
    ASK_AMOUNT,
    ASK_APPROVAL,
    ASK_CODE,
    ASK_PAYEE,
    NOT_SENT,
    SENT,
    SUMMARY,
    Enter,
)

SENDING = ("send £25 to Maya", "transfer_money")


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06d}"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("-25", "utter_error_amount_negative"),
        ("zero pounds", "utter_error_amount_zero"),
        ("NaN", "utter_error_amount_not_a_number"),
        ("12.345", "utter_error_amount_too_precise"),
        ("99999999999999999999", "utter_error_amount_too_large"),
        ("20 or 30", "utter_error_amount_several"),
        ("£5,000", "utter_error_insufficient_funds"),
        ("£10,500", "utter_error_limit_exceeded_payment"),
        ("100 Swiss francs", "utter_error_account_not_available_no_account_in_currency"),
        ("100 US dollars", "utter_error_account_not_available_no_account_in_currency"),
        ("some", "utter_transfer_amount_unclear"),
    ],
)
async def test_user_gives_an_amount_that_cannot_be_sent_and_then_one_that_can(
    enter: Enter, text: str, refusal: str
) -> None:
    me = await enter()
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    await me.says(text, hears=(refusal, ASK_AMOUNT))
    assert me.prepared() == []
    await me.says("£12.50", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Maya Fernandes", 1250, "GBP")]


async def test_user_names_an_unknown_payee_and_picks_a_known_one(enter: Enter) -> None:
    me = await enter()
    await me.says("send £25 to Zebedee", "transfer_money", hears=("utter_error_payee_unknown", ASK_PAYEE))
    summary = await me.says("ok, then pay Mia", hears=SUMMARY)
    assert summary.facts["total"] == "£25.00", "the amount is not lost with the name"
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Mia Chen", 2500, "GBP")]


async def test_user_means_one_of_two_payees_of_the_same_name(enter: Enter) -> None:
    payees = {
        "Anna Smith": {"bban": "GB NWBK60161341287705", "currency": "GBP"},
        "Anna Jones": {"bban": "GB LOYD30963455019273", "currency": "GBP"},
    }
    me = await enter(payees=payees)
    replies = await me.also_says("send £25 to Anna", "transfer_money")
    assert [reply.response for reply in replies] == ["utter_error_payee_ambiguous", ASK_PAYEE]
    assert all(name in replies[0].text for name in payees)
    await me.says("Anna Jones", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Anna Jones", 2500, "GBP")]


async def test_user_may_not_pay_a_blocked_payee(enter: Enter) -> None:
    blocked = {
        "CoinHarbour": {
            "bban": "LT 3250012345678901", "currency": "EUR", "status": "blocked",
            "block_reason": "restricted_category",
        },
        "Max Weber": {"bban": "DE 370400440532013000", "currency": "EUR"},
    }  # fmt: skip
    me = await enter(payees=blocked)
    replies = await me.also_says("send 20 euros to CoinHarbour", "transfer_money")
    assert replies[0].response == "utter_error_payee_not_allowed"
    [explanation] = me.one(
        "SELECT explanation FROM reason_codes JOIN payees ON code = block_reason WHERE customer_id = %(me)s"
    )
    assert explanation in replies[0].text
    me.lost_nothing()
    await me.says("Max", hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.sent() == [("Max Weber", 2000, "EUR")]


async def test_user_mistypes_an_iban(enter: Enter) -> None:
    me = await enter()
    await me.says("send £25", "transfer_money", hears=ASK_PAYEE)
    await me.says("GB29 NWBK 6016 1331 9268 91", hears=("utter_error_invalid_iban_checksum", ASK_PAYEE))
    await me.says("GB29 NWBK 6016 1331 9268 19", hears="utter_ask_transfer_iban_name")
    await me.says("Jo Bloggs", hears=SUMMARY)
    assert me.sent() == []


async def test_user_mistypes_the_code_and_then_types_it_with_a_gap(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    code = await me.code()
    told = await me.also_says(wrong(code))
    assert (told[0].response, told[0].facts["tries_left"]) == ("utter_error_code_wrong", "4")
    await me.says("12345", hears=("utter_form_code_unclear", ASK_CODE))
    assert me.sent() == []
    await me.says(f"the code is {code[:3]} {code[3:]}", hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_guesses_until_the_transfer_is_locked(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    code = await me.code()
    for guess in range(1, 5):
        await me.says(wrong(code, guess), hears=("utter_error_code_wrong", ASK_CODE))
    await me.says(wrong(code, 5), hears=("utter_error_code_locked", NOT_SENT))
    await me.says(code, hears="utter_secret_code")
    assert me.prepared() == ["locked"]
    me.lost_nothing()


async def test_user_asks_for_a_new_code_and_only_the_new_one_counts(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    first = await me.code()
    await me.says("send me a new code", hears=("utter_form_code_resent", ASK_CODE))
    second = await me.code()
    await me.says(first, hears=("utter_error_code_wrong", ASK_CODE))
    await me.says(second, hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_types_a_code_that_has_expired(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    late = await me.code()
    me.sql.execute(
        "UPDATE step_up_challenges SET expires_at = now() - interval '1 minute' WHERE customer_id = %s", (me.id,)
    )
    await me.says(late, hears=("utter_error_code_expired", ASK_CODE))
    assert me.sent() == []
    await me.types_code(hears=SENT)
    assert me.balance() == 97_500


@pytest.mark.parametrize("text", ["maybe", "yes?", "ok but why", "I think so", "hmm"])
async def test_user_is_vague_where_only_a_plain_yes_counts(enter: Enter, text: str) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says(text, "affirm", hears=("utter_form_plain_yes", SUMMARY))
    assert me.prepared() == ["prepared"]
    assert me.sent() == []


async def test_user_says_nothing_useful_three_times_and_nothing_is_sent(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    await me.says("dunno", "nlu_fallback", hears=("utter_transfer_amount_unclear", ASK_AMOUNT))
    await me.says(
        "whatever", "nlu_fallback",
        hears=("utter_transfer_amount_unclear", "utter_transfer_explain_amount", ASK_AMOUNT),
    )  # fmt: skip
    await me.says("blue", "nlu_fallback", hears="utter_form_gave_up")
    assert me.talk.form is None
    me.lost_nothing()


async def test_user_misses_once_and_is_not_held_to_it_later(enter: Enter) -> None:
    me = await enter()
    await me.says("pay Maya", "transfer_money", hears=ASK_AMOUNT)
    await me.says("dunno", "nlu_fallback", hears=("utter_transfer_amount_unclear", ASK_AMOUNT))
    await me.says("25", hears=SUMMARY)
    await me.says("perhaps", "nlu_fallback", hears=("utter_form_plain_yes", SUMMARY))
    await me.says_yes(hears=ASK_CODE)
    await me.types_code(hears=SENT)
    assert me.balance() == 97_500


@pytest.mark.parametrize("intent", ["exchange_rate", "nlu_fallback", "top_up_limits", "add_payee", "out_of_scope"])
async def test_user_answers_plainly_and_the_classifier_hears_something_else(enter: Enter, intent: str) -> None:
    me = await enter()
    await me.says("send money", "transfer_money", hears=ASK_PAYEE)
    await me.says("Maya", intent, hears=ASK_AMOUNT)
    await me.says("25 pounds", intent, hears=SUMMARY)
    await me.says("yes", intent, hears=ASK_CODE)
    await me.says(await me.code(), intent, hears=SENT)
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]


async def test_user_chooses_what_was_meant_from_two_readings(enter: Enter) -> None:
    me = await enter()
    [choices] = await me.talk.say("my thing", "nlu_fallback", ("check_balance", "freeze_card"))
    assert choices.response == "utter_fallback_choices"
    assert [button["payload"] for button in choices.buttons] == ["/check_balance", "/freeze_card", "/out_of_scope"]
    assert "£1,000.00" in await me.asks("/check_balance", "check_balance")
    assert me.card() == "active"


async def test_user_says_yes_and_no_to_nothing(enter: Enter) -> None:
    me = await enter()
    await me.says_yes(hears=("utter_affirm_nothing_pending",))
    await me.says("no", "deny", hears=("utter_deny_nothing_pending",))
    await me.says("cancel", "cancel_form", hears=("utter_cancel_nothing_running",))
    await me.says("make it 40", "correct_value", hears=("utter_correct_no_form",))
    me.lost_nothing()


async def test_user_writes_a_whole_card_number_and_is_warned(enter: Enter) -> None:
    me = await enter()
    await me.says("4111 1111 1111 1111", hears=("utter_secret_card",))
    await me.says(
        "freeze my card 4111 1111 1111 1111", "freeze_card", hears=("utter_secret_card", "utter_cards_frozen")
    )
    assert me.card() == "frozen"


async def test_user_repeats_the_code_because_the_answer_was_lost(enter: Enter) -> None:
    me = await enter()
    await me.says(*SENDING, hears=SUMMARY)
    await me.says_yes(hears=ASK_CODE)
    stored, code = copy.deepcopy(me.talk), await me.code()
    await me.says(code, hears=SENT)
    me.talk = stored  # as the tracker store has it after a crash between the booking and the reply
    told = await me.says(code, hears=("utter_transfer_recovered",))
    [line] = me.one("SELECT id FROM transactions WHERE customer_id = %(me)s")
    assert str(me.line(line)["reference"]) in told.text
    assert me.sent() == [("Maya Fernandes", 2500, "GBP")]
    assert me.balance() == 97_500


async def test_user_repeats_the_code_of_an_exchange_because_the_answer_was_lost(enter: Enter) -> None:
    me = await enter()
    await me.says("exchange £100 to euros", "exchange_via_app", hears="utter_summary_exchange")
    await me.says_yes(hears=ASK_APPROVAL)
    stored, code = copy.deepcopy(me.talk), await me.code()
    await me.says(code, hears="utter_done_exchange")
    me.talk = stored
    await me.says(code, hears=("utter_operation_recovered", "utter_done_exchange"))
    assert me.balance() == 90_000


async def test_user_asks_for_an_automatic_top_up_that_is_too_small(enter: Enter) -> None:
    me = await enter()
    await me.says("set up an automatic top-up", "automatic_top_up", hears="utter_ask_operation_amount")
    await me.says("50 pence", hears="utter_ask_operation_trigger")
    await me.says("below £20", hears=("utter_error_not_possible_below_smallest", "utter_ask_operation_amount"))
    await me.says("£50", hears="utter_summary_auto_top_up_threshold")
    await me.says_yes(hears=ASK_APPROVAL)
    await me.types_code(hears="utter_done_auto_top_up")
    assert me.one("SELECT amount_minor, threshold_minor FROM auto_topups WHERE customer_id = %(me)s") == (5000, 2000)
