"""A transfer that is stopped before it leaves: its money comes back once, whoever else is at work on it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg

from actions.bank.bootstrap import utc_now
from actions.bank.errors import BankError
from actions.bank.jobs.clearing import Clearing
from actions.bank.worker import Worker
from actions.house import House
from tests.dialogue import Talk, names
from tests.integration.bank.bank_customers import MakeCustomer, new_bban
from tests.integration.forms.conftest import CodeOf

Sql = psycopg.Connection[Any]
OUTCOMES = """
    SELECT outcome FROM clearing_outcomes JOIN clearing_items ON id = item_id WHERE customer_id = %s
"""
ENTRIES = """
    SELECT coalesce(sum(amount_minor), 0), max(balance_minor) FROM entries
    JOIN accounts ON accounts.id = account_id WHERE customer_id = %s
"""
ZERO = "SELECT posting_id FROM entries GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0"


async def sent(house: House, make_customer: MakeCustomer, code_of: CodeOf, name: str) -> tuple[str, Talk]:
    """A customer who has just sent €100 that arrive on another day."""
    accounts = {"Main": {"currency": "EUR", "bban": new_bban(), "opening": 50_000, "opened": "-100d"}}
    payees = {"Max Weber": {"bban": "DE 370400440532013000", "currency": "EUR"}}
    me = await make_customer(True, customer={"base_currency": "EUR"}, accounts=accounts, payees=payees)
    talk = Talk(house.keyring, me, name)
    await talk.say("send €100 to Max", "transfer_money")
    await talk.say("yes", "affirm")
    assert names(await talk.say(await code_of(me))) == ["utter_transfer_done"]
    return me, talk


async def test_it_is_stopped_after_a_yes_and_stays_stopped(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me, talk = await sent(house, make_customer, code_of, "stop")
    due = sql.execute("SELECT due_at > now() FROM clearing_items WHERE customer_id = %s", (me,)).fetchone()
    assert due == (True,), "the euro route no longer takes a day: choose another for this test"
    assert names(await talk.say("cancel my transfer", "cancel_transfer")) == ["utter_cancel_transfer_proposed"]
    assert sql.execute(ENTRIES, (me,)).fetchone() == (40_000, 40_000)
    assert names(await talk.say("yes", "affirm")) == ["utter_transfer_stopped"]
    assert sql.execute(ENTRIES, (me,)).fetchone() == (50_000, 50_000)
    later = Worker(house.bank.transfers.pool, [_clearing(house, days=5)], utc_now)
    await later.tick()
    assert names(await talk.say("cancel my transfer", "cancel_transfer")) == ["utter_cancel_transfer_none"]
    assert sql.execute(OUTCOMES, (me,)).fetchall() == [("voided",)]
    assert sql.execute(ENTRIES, (me,)).fetchone() == (50_000, 50_000)


async def test_a_transfer_that_has_left_is_recalled_and_its_money_stays_where_it_is(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me, talk = await sent(house, make_customer, code_of, "left")
    await Worker(house.bank.transfers.pool, [_clearing(house, days=5)], utc_now).tick()
    assert names(await talk.say("cancel my transfer", "cancel_transfer")) == ["utter_cancel_transfer_recall_proposed"]
    assert "utter_transfer_recall" in names(await talk.say("yes", "affirm"))
    assert sql.execute(OUTCOMES, (me,)).fetchall() == [("posted",)]
    assert sql.execute(ENTRIES, (me,)).fetchone() == (40_000, 40_000)


async def test_six_who_stop_it_and_the_running_job_move_its_money_once(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    for number in range(6):
        me, _ = await sent(house, make_customer, code_of, f"race-{number}")
        found = sql.execute("SELECT id FROM transactions WHERE customer_id = %s", (me,)).fetchone()
        assert found
        job = Worker(house.bank.transfers.pool, [_clearing(house, days=5)], utc_now)
        stops = (house.bank.cases.cancel_transfer(me, str(found[0])) for _ in range(6))
        ends = await asyncio.gather(*stops, job.tick(), return_exceptions=True)
        assert all(not isinstance(end, BaseException) or isinstance(end, BankError) for end in ends), ends
        [(outcome,)] = sql.execute(OUTCOMES, (me,)).fetchall()
        minor = 50_000 if outcome == "voided" else 40_000
        assert sql.execute(ENTRIES, (me,)).fetchone() == (minor, minor)
    assert sql.execute(ZERO).fetchall() == []


def _clearing(house: House, *, days: int) -> Clearing:
    """The clearing job on a later day."""
    service = house.bank.transfers
    return Clearing(service.pool, service.sealer, lambda: utc_now() + timedelta(days=days))
