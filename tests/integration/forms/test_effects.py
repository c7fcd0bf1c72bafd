"""One effect or none, whatever happens to the talk: lost replies, two sessions, old codes, late or unclear answers."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.use_cases.operations import Operations
from actions.bank.use_cases.transfers import Transfers
from actions.house import House
from common import keys
from common.settings import Settings
from tests.dialogue import Talk, names
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.forms.conftest import CodeOf
from tests.integration.forms.operations_table import OPERATIONS, PAYEE, Operation
from tests.integration.forms.test_operations import ASK_CODE, by_name, opened, stored

Sql = psycopg.Connection[Any]
VIRTUAL = ("get me a virtual card", "getting_virtual_card")
CREATE, CREATED = "utter_summary_create_virtual_card", "utter_done_create_virtual_card"
CARDS = "SELECT count(*) FROM cards WHERE customer_id = %s AND kind = 'virtual'"
EXCHANGE = ("exchange £600 to euros", "exchange_via_app")
ORDER = next(one for one in OPERATIONS if one.name == "standing order amount")
PLUS = {"customer": {"plan": "plus"}}


def cut(line: pytest.MonkeyPatch, service: type[Any], asked: str, *, commits: bool) -> None:
    """Let the connection die in `service.execute`, before or after its commit, and stay dead for `asked`."""
    execute, ask, dead = service.execute, getattr(service, asked), asyncio.Event()

    async def dying(self: Any, customer: str, key: str) -> Any:
        dead.set()
        if commits:
            await execute(self, customer, key)
        raise ConnectionResetError

    async def asking(self: Any, customer: str, key: str) -> Any:
        if dead.is_set():
            raise ConnectionResetError
        return await ask(self, customer, key)

    line.setattr(service, "execute", dying)
    line.setattr(service, asked, asking)


class Later:
    """A clock that the test moves."""

    ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest_asyncio.fixture
async def clock(seeded: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Later]:
    """Time of the bank in this test's talks."""
    later = Later()
    opened_house = House(await open_bank(seeded, later), keys.load(seeded))

    async def given() -> House:
        return opened_house

    monkeypatch.setattr("actions.caller.house", given)
    yield later
    await opened_house.bank.close()


@by_name
async def test_a_reply_that_was_lost_is_told_and_nothing_is_done_twice(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf, operation: Operation
) -> None:
    me = await make_customer(True, **operation.has)
    talk = Talk(house.keyring, me, f"lost-{operation.name}")
    await opened(talk, operation)
    await talk.say("yes", "affirm")
    before, code = copy.deepcopy(talk), await code_of(me)
    await talk.say(code)
    after = stored(sql, operation, me)
    assert after != operation.before
    assert names(await before.say(code))[0] == "utter_operation_recovered"
    assert stored(sql, operation, me) == after


@pytest.mark.parametrize("asks", [("say that again", "repeat"), VIRTUAL])
async def test_a_connection_that_dies_after_the_commit_ends_in_one_effect_and_the_truth(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf, monkeypatch: pytest.MonkeyPatch,
    asks: tuple[str, str],
) -> None:  # fmt: skip
    me = await make_customer(True, **PLUS)
    talk = Talk(house.keyring, me, f"dies-{asks[1]}")
    await talk.say(*VIRTUAL)
    await talk.say("yes", "affirm")
    with monkeypatch.context() as line:
        cut(line, Operations, "outcome", commits=True)
        assert names(await talk.say(await code_of(me))) == ["utter_operation_unknown"]
    assert sql.execute(CARDS, (me,)).fetchone() == (1,)
    assert CREATED in names(await talk.say(*asks))
    assert sql.execute(CARDS, (me,)).fetchone() == (1,)


async def test_a_connection_that_dies_before_the_commit_leaves_nothing_behind(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = await make_customer(True)
    talk = Talk(house.keyring, me, "dies-before")
    await talk.say(*VIRTUAL)
    await talk.say("yes", "affirm")
    with monkeypatch.context() as line:
        cut(line, Operations, "outcome", commits=False)
        assert names(await talk.say(await code_of(me))) == ["utter_operation_unknown"]
    assert names(await talk.say("say that again", "repeat")) == ["utter_operation_not_done"]
    states = sql.execute("SELECT state FROM payment_intents WHERE customer_id = %s", (me,)).fetchall()
    assert states == [("cancelled",)]
    assert sql.execute(CARDS, (me,)).fetchone() == (0,)


async def test_a_transfer_whose_reply_was_lost_is_told_when_it_is_asked_for(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = await make_customer(True, **PAYEE)
    talk = Talk(house.keyring, me, "dies-transfer")
    await talk.say("send £25 to Anna", "transfer_money")
    await talk.say("yes", "affirm")
    with monkeypatch.context() as line:
        cut(line, Transfers, "status", commits=True)
        assert names(await talk.say(await code_of(me))) == ["utter_transfer_unknown"]
    assert names(await talk.say("say that again", "repeat")) == ["utter_transfer_done"]
    assert names(await talk.say("say that again", "repeat")) == ["utter_transfer_done"]
    sent = "SELECT count(*), sum(amount_minor) FROM transactions WHERE customer_id = %s AND kind = 'transfer'"
    assert sql.execute(sent, (me,)).fetchone() == (1, 2500)


async def test_one_confirmation_in_two_places_at_once_is_one_effect(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True, **PLUS)
    talk = Talk(house.keyring, me, "twice")
    await talk.say(*VIRTUAL)
    await talk.say("yes", "affirm")
    code, twin = await code_of(me), copy.deepcopy(talk)
    said = await asyncio.gather(talk.say(code), twin.say(code))
    assert [CREATED in names(replies) for replies in said].count(True) >= 1
    assert sql.execute(CARDS, (me,)).fetchone() == (1,)


async def test_two_sessions_cannot_spend_the_same_money(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True)
    talks = [Talk(house.keyring, me, f"spend-{number}") for number in range(2)]
    codes = []
    for talk in talks:
        await talk.say(*EXCHANGE)
        await talk.say("yes", "affirm")
        codes.append(await code_of(me))
    said = await asyncio.gather(*(talk.say(code) for talk, code in zip(talks, codes, strict=True)))
    done = sorted(names(replies)[0] for replies in said)
    assert done == ["utter_done_exchange", "utter_error_insufficient_funds"]
    balance = "SELECT balance_minor FROM accounts WHERE customer_id = %s AND currency = 'GBP'"
    assert sql.execute(balance, (me,)).fetchone() == (40_000,)


async def test_the_code_of_another_operation_is_worth_nothing(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True, **{**PLUS, **ORDER.has})
    card, order = Talk(house.keyring, me, "code-a"), Talk(house.keyring, me, "code-b")
    await card.say(*VIRTUAL)
    await card.say("yes", "affirm")
    code = await code_of(me)
    await opened(order, ORDER)
    await order.say("yes", "affirm")
    assert names(await order.say(code)) == ["utter_error_code_wrong", ASK_CODE]
    assert stored(sql, ORDER, me) == ORDER.before
    assert names(await card.say(code)) == [CREATED]


async def test_a_correction_after_the_code_was_sent_makes_it_worthless(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True, **ORDER.has)
    talk = Talk(house.keyring, me, "corrected")
    await opened(talk, ORDER)
    await talk.say("yes", "affirm")
    old = await code_of(me)
    corrected = await talk.say("no, make it 20", "correct_value")
    assert (corrected[-1].response, corrected[-1].facts["amount"]) == (ORDER.summary, "£20.00")
    assert names(await talk.say(old))[-1] == ORDER.summary
    assert stored(sql, ORDER, me) == ORDER.before
    await talk.say("yes", "affirm")
    if await code_of(me) != old:
        assert names(await talk.say(old)) == ["utter_error_code_wrong", ASK_CODE]
    await talk.say(await code_of(me))
    found = stored(sql, ORDER, me)
    assert found
    assert found[0] == 2000


@pytest.mark.parametrize(
    ("text", "intent", "heard"),
    [
        ("👍", "nlu_fallback", ASK_CODE),
        ("👍🏽", "nlu_fallback", ASK_CODE),
        ("yes please", "affirm", ASK_CODE),
        ("no wait", "deny", "utter_ask_operation_change"),
        ("hang on", "nlu_fallback", "utter_ask_operation_change"),
        ("yes but change the amount to 20", "affirm", ORDER.summary),
        ("ok?", "affirm", ORDER.summary),
        ("maybe", "affirm", ORDER.summary),
        ("yes if it is free", "affirm", ORDER.summary),
    ],
)
async def test_only_a_pure_yes_confirms(
    house: House, sql: Sql, make_customer: MakeCustomer, text: str, intent: str, heard: str
) -> None:
    me = await make_customer(True, **ORDER.has)
    talk = Talk(house.keyring, me, f"pure-{text}")
    await opened(talk, ORDER)
    replies = await talk.say(text, intent)
    assert names(replies)[-1] == heard
    if "20" in text:
        assert replies[-1].facts["amount"] == "£20.00"
    assert stored(sql, ORDER, me) == ORDER.before


async def test_a_second_yes_sends_no_second_code_and_does_nothing(
    house: House, sql: Sql, make_customer: MakeCustomer
) -> None:
    me = await make_customer(True, **ORDER.has)
    talk = Talk(house.keyring, me, "yes-twice")
    await opened(talk, ORDER)
    await talk.say("yes", "affirm")
    assert names(await talk.say("yes", "affirm"))[-1] == ASK_CODE
    sent = sql.execute("SELECT count(*) FROM step_up_challenges WHERE customer_id = %s", (me,)).fetchone()
    assert sent == (1,)
    assert stored(sql, ORDER, me) == ORDER.before


async def test_a_confirmation_after_twenty_minutes_is_asked_again(
    house: House, clock: Later, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True, **ORDER.has)
    talk = Talk(house.keyring, me, "late")
    await opened(talk, ORDER)
    clock.ahead = timedelta(minutes=20)
    assert names(await talk.say("yes", "affirm")) == ["utter_form_confirmation_stale", ORDER.summary]
    assert names(await talk.say("yes", "affirm")) == [ASK_CODE]
    code, clock.ahead = await code_of(me), timedelta(minutes=40)
    assert names(await talk.say(code)) == ["utter_form_confirmation_stale", ORDER.summary]
    assert stored(sql, ORDER, me) == ORDER.before
