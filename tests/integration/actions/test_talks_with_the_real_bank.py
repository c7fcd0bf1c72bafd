"""The real actions on the real bank: what is said agrees with the ledger."""

from __future__ import annotations

import asyncio
import copy
import string
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from actions.bank.bootstrap import open_bank
from actions.bank.seed import seed
from actions.bank.services import Bank
from actions.house import House
from actions.policy import ABOUT_THE_CUSTOMER
from common import demo, keys
from common.inbox import Inbox
from common.keys import Keyring
from common.settings import Settings
from tests.dialogue import Talk, domain, names, responses, rules


@pytest.fixture(scope="module")
def seeded(own_database: Settings) -> Settings:
    asyncio.run(seed(own_database))
    return own_database


@pytest_asyncio.fixture
async def house(seeded: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    opened = House(await open_bank(seeded), keys.load(seeded))

    async def given() -> House:
        return opened

    monkeypatch.setattr("actions.caller.house", given)
    yield opened
    await opened.bank.close()


async def code_of(settings: Settings, keyring: Keyring, customer: str) -> str:
    redis = Redis.from_url(settings.redis_url)
    try:
        return next(found["code"] for found in await Inbox(redis, keyring).messages(customer) if found.get("code"))
    finally:
        await redis.close()


async def balance(bank: Bank, customer: str) -> int:
    return (await bank.accounts.by_currency(customer, "GBP")).booked.amount_minor


async def test_a_talk_moves_exactly_what_was_confirmed(house: House, seeded: Settings) -> None:
    alex = demo.CUSTOMERS["alex"]
    talk = Talk(house.keyring, alex, "talk-that-moves-money")
    before = await balance(house.bank, alex)
    await talk.say("send £25 to Maya", "transfer_money")
    assert names(await talk.say("what's my balance?", "check_balance"))[-1] == "utter_transfer_summary"
    assert (await talk.say("actually make it 30", "correct_value"))[-1].facts["total"] == "£30.00"
    await talk.say("yes", "affirm")
    assert names(await talk.say("000000"))[0] in ("utter_error_code_wrong", "utter_transfer_done")
    done = await talk.say(await code_of(seeded, house.keyring, alex))
    assert names(done) == ["utter_transfer_done"]
    assert before - await balance(house.bank, alex) == 3000
    assert (await talk.say("repeat", "repeat"))[0].facts["reference"] == done[0].facts["reference"]


async def test_a_cancelled_talk_moves_nothing(house: House) -> None:
    alex = demo.CUSTOMERS["alex"]
    talk = Talk(house.keyring, alex, "talk-that-is-cancelled")
    before = await balance(house.bank, alex)
    await talk.say("send 25 to GB29 NWBK 6016 1331 9268 19", "transfer_money")
    await talk.say("Jo Bloggs", "inform")
    await talk.say("yes", "affirm")
    assert names(await talk.say("never mind", "cancel_form")) == ["utter_transfer_cancelled"]
    assert await balance(house.bank, alex) == before


@pytest.mark.parametrize(
    ("text", "intent"), [("the same code", "inform"), ("cancel", "cancel_form"), ("yes", "affirm")]
)
async def test_a_turn_that_was_lost_after_the_money_moved_is_told_and_not_repeated(
    house: House, seeded: Settings, text: str, intent: str
) -> None:
    alex = demo.CUSTOMERS["alex"]
    talk = Talk(house.keyring, alex, f"talk-that-is-lost-{intent}")
    before = await balance(house.bank, alex)
    await talk.say("send £4 to Maya", "transfer_money")
    await talk.say("yes", "affirm")
    stored = copy.deepcopy(talk)
    code = await code_of(seeded, house.keyring, alex)
    await talk.say(code)
    replies = names(await stored.say(code if text == "the same code" else text, intent))
    assert replies == ["utter_transfer_recovered"]
    assert before - await balance(house.bank, alex) == 400


@pytest.mark.parametrize("login", sorted(demo.CUSTOMERS))
async def test_every_question_is_answered_for_every_customer(house: House, login: str) -> None:
    """No apology, no placeholder left open: the harness fails on a fact that a response misses."""
    for intent in sorted(set(domain()["intents"]) - {"transfer_money"}):
        talk = Talk(house.keyring, demo.CUSTOMERS[login], f"questions-of-{login}")
        replies = await talk.say("tell me about it", intent)
        assert replies, intent
        assert not {"utter_apology", "utter_login_needed"} & set(names(replies)), intent


async def test_a_guest_gets_public_answers_only(house: House) -> None:
    talk = Talk(house.keyring, None, "questions-of-a-guest")
    for intent, action in rules().items():
        if intent == "transfer_money":
            continue
        replies = names(await talk.say("tell me about it", intent))
        assert "utter_apology" not in replies, intent
        if action in ("action_look_up_transactions", "action_check_balance", "action_show_transactions"):
            assert replies == ["utter_login_needed"], intent


async def test_every_figure_a_policy_answer_names_is_in_the_tables(house: House) -> None:
    for intent, action in rules().items():
        if action != "action_answer_policy":
            continue
        facts = await house.bank.policies.facts(intent, None)
        own = await house.bank.policies.facts(intent, demo.CUSTOMERS["alex"])
        named = {f"utter_{intent}": facts}
        if intent in ABOUT_THE_CUSTOMER and ABOUT_THE_CUSTOMER[intent] in own:
            named[f"utter_{intent}_mine"] = own
        for response, known in named.items():
            for wording in responses()[response]:
                wanted = {name for _, name, _, _ in string.Formatter().parse(wording["text"]) if name}
                assert wanted <= set(known), response


async def test_lost_cards_are_frozen_at_once(house: House) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, "talk-of-a-lost-card")
    await talk.say("I lost my card", "lost_or_stolen_card")
    cards = await house.bank.cards.list(mei)
    assert not [card for card in cards if card.kind == "physical" and card.status == "active"]
