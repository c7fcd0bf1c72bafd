"""The assistant's own turns outside a form."""

from __future__ import annotations

import pytest

from actions.titles import title
from tests.dialogue import Talk, domain, names
from tests.fake_bank import FakeBank


async def test_the_welcome_is_not_repeated(talk: Talk) -> None:
    assert names(await talk.say("hi", "greet")) == ["utter_greet_customer"]
    assert names(await talk.say("hello", "greet")) == ["utter_greet_again"]


async def test_a_guest_is_greeted_without_a_name(guest: Talk) -> None:
    assert names(await guest.say("hi", "greet")) == ["utter_greet_guest"]
    assert names(await guest.say("my balance", "check_balance")) == ["utter_login_needed"]


@pytest.mark.parametrize(
    ("intent", "response"),
    [
        ("affirm", "utter_affirm_nothing_pending"),
        ("deny", "utter_deny_nothing_pending"),
        ("inform", "utter_inform_no_form"),
        ("correct_value", "utter_correct_no_form"),
        ("cancel_form", "utter_cancel_nothing_running"),
        ("repeat", "utter_repeat_nothing"),
    ],
)
async def test_answers_without_a_question(talk: Talk, intent: str, response: str) -> None:
    assert names(await talk.say("well", intent)) == [response]


async def test_the_first_miss_offers_two_readable_choices_and_the_second_a_person(talk: Talk) -> None:
    first = await talk.say("blah", "nlu_fallback", ranking=("card_arrival", "affirm", "check_balance", "thank"))
    assert [button["payload"] for button in first[0].buttons] == ["/card_arrival", "/check_balance", "/out_of_scope"]
    assert first[0].buttons[0]["title"] == "Where is my card?"
    assert names(await talk.say("blah", "nlu_fallback")) == ["utter_fallback_person"]
    assert names(await talk.say("yes", "affirm")) == ["utter_handoff_queued"]


async def test_who_is_never_understood_is_not_told_the_same_again_and_again(talk: Talk) -> None:
    said = [names(await talk.say("blah", intent)) for intent in ("nlu_fallback", "out_of_scope") * 2]
    assert said == [["utter_fallback_choices"], ["utter_out_of_scope_person"]] * 2
    await talk.say("hi", "greet")
    assert names(await talk.say("blah", "nlu_fallback")) == ["utter_fallback_choices"]


async def test_who_wants_something_else_is_asked_for_other_words(talk: Talk) -> None:
    await talk.say("blah", "nlu_fallback")
    assert names(await talk.say("/out_of_scope", "out_of_scope")) == ["utter_fallback_rephrase"]


@pytest.mark.parametrize("scolding", ["you stupid bot", "this is USELESS", "wtf", "du bist nutzlos"])
async def test_scolding_is_answered_with_an_apology_and_a_person(talk: Talk, scolding: str) -> None:
    assert names(await talk.say(scolding, "out_of_scope")) == ["utter_scolded"]
    assert names(await talk.say("yes", "affirm")) == ["utter_handoff_queued"]


async def test_what_is_asked_in_anger_is_answered(talk: Talk) -> None:
    assert names(await talk.say("thanks, you stupid thing", "thank")) == ["utter_thank"]


@pytest.mark.parametrize("text", ["...", "?", "😀🤷", "!!!"])
async def test_a_message_without_words_is_no_yes(talk: Talk, text: str) -> None:
    assert names(await talk.say(text, "affirm")) == ["utter_no_words"]


async def test_a_word_alone_brings_choices(talk: Talk) -> None:
    [asked] = await talk.say("card", "inform", ranking=("card_arrival", "freeze_card"))
    assert [button["payload"] for button in asked.buttons] == ["/card_arrival", "/freeze_card"]


async def test_only_intents_with_words_for_a_button_are_offered(talk: Talk) -> None:
    ranking = ("bot_challenge", "greet", "thank", "goodbye", "inform", "card_swallowed", "replace_card")
    first = await talk.say("blah", "nlu_fallback", ranking=ranking)
    assert [button["title"] for button in first[0].buttons] == [
        "A machine kept my card",
        "Replace my card",
        "Something else",
    ]


def test_every_wish_has_words_for_a_button() -> None:
    own = "affirm bot_challenge cancel_form correct_value deny greet inform nlu_fallback out_of_scope thank"
    assert {intent for intent in domain()["intents"] if title(intent) is None} == set(own.split())


async def test_a_plain_answer_is_understood_whatever_its_intent(talk: Talk) -> None:
    await talk.say("you stupid bot", "out_of_scope")
    assert names(await talk.say("no", "nlu_fallback")) == ["utter_deny_offer"]
    await talk.say("you stupid bot", "out_of_scope")
    assert names(await talk.say("yes", "out_of_scope")) == ["utter_handoff_queued"]


async def test_what_a_form_took_is_no_miss(talk: Talk) -> None:
    await talk.say("send money", "transfer_money")
    await talk.say("cancel", "nlu_fallback")
    assert names(await talk.say("blah", "nlu_fallback")) == ["utter_fallback_choices"]


async def test_a_guest_logs_in_for_what_is_about_an_account(guest: Talk) -> None:
    assert names(await guest.say("unfreeze my card", "unfreeze_card")) == ["utter_login_needed"]
    assert names(await guest.say("i was scammed", "report_scam")) == ["utter_handoff_emergency", "utter_login_needed"]
    assert names(await guest.say("are you a bot", "bot_challenge")) == ["utter_bot_challenge"]


@pytest.mark.parametrize(
    ("intent", "facts", "response"),
    [
        (
            "disposable_card_limits",
            {"disposable_cards_per_day": "not offered"},
            "utter_disposable_card_limits_not_offered",
        ),
        (
            "why_verify_identity",
            {"my_identity_state": "verified", "identity_legal_basis": "the law"},
            "utter_identity_verified",
        ),
    ],
)
async def test_what_does_not_apply_to_the_customer_is_not_recited(
    talk: Talk, bank: FakeBank, intent: str, facts: dict[str, str], response: str
) -> None:
    known = {"disposable_plans": "plus", "my_identity_since": "1 May 2024", **facts}

    async def policy(*_: object) -> dict[str, str]:
        return known

    bank.policies.facts = policy
    assert names(await talk.say("please", intent)) == [response]


async def test_an_understood_turn_in_between_starts_the_count_again(talk: Talk) -> None:
    await talk.say("blah", "nlu_fallback")
    await talk.say("hi", "greet")
    assert names(await talk.say("blah", "nlu_fallback")) == ["utter_fallback_choices"]


async def test_an_offer_holds_for_one_turn_only(talk: Talk, bank: FakeBank) -> None:
    await talk.say("you stupid bot", "out_of_scope")
    await talk.say("hi", "greet")
    assert names(await talk.say("yes", "affirm")) == ["utter_affirm_nothing_pending"]
    assert not bank.steps


async def test_repeating_answers_the_last_question_again(talk: Talk) -> None:
    await talk.say("how much is in my euro account", "check_balance")
    replies = await talk.say("say that again", "repeat")
    assert [reply.facts["currency"] for reply in replies] == ["EUR"]


async def test_repeating_in_a_form_asks_its_question(talk: Talk) -> None:
    await talk.say("send money to Maya", "transfer_money")
    assert names(await talk.say("what?", "repeat")) == ["utter_ask_transfer_money_form_transfer_amount"]


async def test_cancelling_after_a_transfer_says_that_it_is_done(talk: Talk) -> None:
    await talk.say("send £25 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    await talk.say("123456")
    assert names(await talk.say("no wait, cancel that", "cancel_form")) == ["utter_cancel_already_done"]


async def test_a_plain_stop_without_a_form_is_understood(talk: Talk) -> None:
    assert names(await talk.say("cancel", "nlu_fallback")) == ["utter_cancel_nothing_running"]


async def test_no_account_in_a_currency_is_said(talk: Talk) -> None:
    reply = (await talk.say("my yen balance", "check_balance"))[0]
    assert (reply.response, reply.facts["held"]) == (
        "utter_error_account_not_available_no_account_in_currency",
        "GBP and EUR",
    )


async def test_a_failing_bank_gives_an_apology_and_no_detail(talk: Talk, bank: FakeBank) -> None:
    async def broken(_: str) -> None:
        raise RuntimeError("secret")

    bank.accounts.list = broken
    assert names(await talk.say("my balance", "check_balance")) == ["utter_apology"]
