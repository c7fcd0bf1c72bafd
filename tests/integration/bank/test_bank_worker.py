"""The worker: what is due is done once, by however many workers, and whatever fails stops nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.jobs.clearing import Clearing
from actions.bank.jobs.every import jobs_of
from actions.bank.jobs.orders import key_for
from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, Row
from actions.bank.services import Bank
from actions.bank.worker import AnswerError, Worker, answer
from common.settings import ROOT, Settings
from tests.integration.bank.bank_customers import MakeCustomer, new_bban

Approved = Callable[..., Awaitable[str]]
Sql = psycopg.Connection[Any]


@dataclass
class Time:
    """A clock that the test moves."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest_asyncio.fixture
async def bank(bank_settings: Settings, clock: Time) -> AsyncIterator[Bank]:
    opened = await open_bank(bank_settings, clock)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def nothing_left_of_other_tests(sql: Sql) -> None:
    """Items of tests before are not this one's work."""
    sql.execute("DELETE FROM bank.clearing_open")
    sql.execute("UPDATE bank.standing_orders SET status = 'paused'")
    sql.execute("UPDATE bank.auto_topups SET status = 'paused'")


@pytest.fixture
def worker(bank: Bank) -> Worker:
    return Worker(bank.transfers.pool, jobs_of(bank), bank.transfers.clock)


async def balance(bank: Bank, customer: str) -> int:
    return (await bank.accounts.by_currency(customer, "GBP")).booked.amount_minor


def entries(sql: Sql, customer: str) -> list[int]:
    """Everything on the customer's accounts after the opening, oldest first."""
    found = sql.execute(
        "SELECT amount_minor FROM bank.entries JOIN bank.accounts ON accounts.id = account_id"
        " WHERE customer_id = %s ORDER BY entries.id OFFSET 1",
        (customer,),
    )
    return [amount for (amount,) in found.fetchall()]


def waiting(sql: Sql, name: str = "transfers in clearing") -> int:
    found = sql.execute(
        "SELECT coalesce(sum(amount_minor), 0) FROM bank.entries JOIN bank.accounts ON accounts.id = account_id"
        " WHERE name = %s AND entries.currency = 'GBP'",
        (name,),
    ).fetchone()
    assert found
    return int(found[0])


def order(
    sql: Sql, customer: str, payee: str, due: date, pence: int = 1_000, schedule: str = "monthly on the 1st"
) -> Any:
    [(account,)] = sql.execute("SELECT id FROM bank.accounts WHERE customer_id = %s", (customer,)).fetchall()
    order_id = uuid4()
    sql.execute(
        "INSERT INTO bank.standing_orders (id, customer_id, account_id, payee_id, amount_minor, currency, schedule,"
        " next_run, status) VALUES (%s, %s, %s, %s, %s, 'GBP', %s, %s, 'active')",
        (order_id, customer, account, payee, pence, schedule, due),
    )
    return order_id


def order_state(sql: Sql, order_id: Any) -> Any:
    return sql.execute("SELECT next_run, status FROM bank.standing_orders WHERE id = %s", (order_id,)).fetchone()


async def test_money_that_leaves_waits_in_clearing_and_is_settled_once(
    bank: Bank, worker: Worker, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    while await worker.tick():
        continue  # what other tests have left to do
    customer, before, settled = await make_customer(10_000), waiting(sql), waiting(sql, "settled with other banks")
    await bank.transfers.execute(customer, await approved(customer, 2_500))
    assert (await balance(bank, customer), waiting(sql) - before) == (7_500, 2_500)
    assert await worker.tick() >= 1
    assert (waiting(sql) - before, waiting(sql, "settled with other banks") - settled) == (0, 2_500)
    assert entries(sql, customer) == [-2_500]
    assert await worker.tick() == 0


async def test_a_refused_transfer_comes_back_with_its_reason(
    bank: Bank, worker: Worker, clock: Time, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer, before = await make_customer(10_000), waiting(sql)
    receipt = await bank.transfers.execute(customer, await approved(customer, 2_500))
    await answer(bank.transfers.pool, receipt.reference, "rejected", "recipient_account_closed", clock())
    with pytest.raises(AnswerError):
        await answer(bank.transfers.pool, receipt.reference, "accepted", None, clock())
    await worker.tick()
    assert (await balance(bank, customer), waiting(sql) - before) == (10_000, 0)
    assert entries(sql, customer) == [-2_500, 2_500]
    [line] = (await bank.accounts.transactions(customer, kind="transfer")).items
    assert (line.status, line.reason_code) == ("reverted", "recipient_account_closed")
    assert await worker.tick() == 0


async def test_inside_the_bank_nothing_waits(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    bban = new_bban()
    receiver = await make_customer(0 + 1, bban=bban)
    sender = await make_customer(10_000, {"Friend": bban})
    await bank.transfers.execute(sender, await approved(sender, 2_500, "Friend"))
    assert await balance(bank, receiver) == 2_501
    assert sql.execute("SELECT count(*) FROM bank.clearing_open").fetchone() == (0,)


async def test_an_item_has_one_outcome_and_never_changes(
    bank: Bank, worker: Worker, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer(10_000)
    await bank.transfers.execute(customer, await approved(customer, 2_500))
    await worker.tick()
    [(item,)] = sql.execute("SELECT id FROM bank.clearing_items WHERE customer_id = %s", (customer,)).fetchall()
    with pytest.raises(psycopg.errors.UniqueViolation):
        sql.execute(
            "INSERT INTO bank.clearing_outcomes (item_id, outcome, resolved_at) VALUES (%s, 'posted', now())", (item,)
        )
    for statement in ("UPDATE bank.clearing_outcomes SET outcome = 'posted'", "DELETE FROM bank.clearing_items"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            sql.execute(statement)


async def test_a_standing_order_runs_on_its_day_and_once(
    bank: Bank, worker: Worker, make_customer: MakeCustomer, sql: Sql
) -> None:
    customer = await make_customer(10_000)
    maya = (await bank.payees.resolve(customer, "maya")).id
    due = utc_now().date().replace(day=1)
    running, later = order(sql, customer, maya, due), order(sql, customer, maya, due + timedelta(days=40))
    await worker.tick()
    assert await balance(bank, customer) == 9_000
    assert order_state(sql, running) == ((due + timedelta(days=32)).replace(day=1), "active")
    assert order_state(sql, later) == (due + timedelta(days=40), "active")
    sql.execute("UPDATE bank.standing_orders SET next_run = %s WHERE id = %s", (due, running))
    await worker.tick()
    assert entries(sql, customer) == [-1_000]
    assert (await bank.transfers.status(customer, key_for(running, due))).state == "executed"


async def test_a_transfer_for_a_later_day_runs_that_day_and_is_finished(
    bank: Bank, worker: Worker, clock: Time, make_customer: MakeCustomer, sql: Sql
) -> None:
    customer = await make_customer(10_000)
    maya = (await bank.payees.resolve(customer, "maya")).id
    planned = order(sql, customer, maya, utc_now().date() + timedelta(days=3), schedule="once")
    await worker.tick()
    assert await balance(bank, customer) == 10_000
    clock.ahead = timedelta(days=3, minutes=1)
    await worker.tick()
    await worker.tick()
    assert entries(sql, customer) == [-1_000]
    assert order_state(sql, planned) == (None, "finished")


async def test_an_order_without_cover_is_declined_and_shown_and_waits_for_its_next_day(
    bank: Bank, worker: Worker, make_customer: MakeCustomer, sql: Sql
) -> None:
    customer = await make_customer(500)
    maya = (await bank.payees.resolve(customer, "maya")).id
    due = utc_now().date().replace(day=1)
    running = order(sql, customer, maya, due)
    await worker.tick()
    assert entries(sql, customer) == []
    [line] = (await bank.accounts.transactions(customer, kind="transfer")).items
    assert (line.status, line.reason_code, line.counterparty) == ("declined", "insufficient_funds", "Maya Fernandes")
    assert order_state(sql, running)[0] > due


async def test_four_workers_at_once_do_everything_once(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customers = [await make_customer(10_000) for _ in range(6)]
    today = utc_now().date()
    for customer in customers:
        await bank.transfers.execute(customer, await approved(customer, 1_500))
        order(sql, customer, (await bank.payees.resolve(customer, "maya")).id, today)
    workers = [Worker(bank.transfers.pool, jobs_of(bank), bank.transfers.clock) for _ in range(4)]
    for _ in range(2):
        await asyncio.gather(*(each.tick() for each in workers))
    assert [entries(sql, customer) for customer in customers] == [[-1_500, -1_000]] * 6
    assert sql.execute("SELECT count(*) FROM bank.clearing_open").fetchone() == (0,)


@dataclass(frozen=True, slots=True)
class Stumbling(Clearing):
    """Clearing that fails for one customer, after it has written."""

    victim: str = ""
    name: ClassVar[str] = "clearing"

    async def carry_out(self, connection: Connection, item: Row) -> None:
        await Clearing.carry_out(self, connection, item)
        if str(item["customer_id"]) == self.victim:
            raise RuntimeError("stumbled")


async def test_an_item_that_fails_stops_no_other_and_is_tried_again_later(
    bank: Bank, clock: Time, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    first, second = await make_customer(10_000), await make_customer(10_000)
    for customer in (first, second):
        await bank.transfers.execute(customer, await approved(customer, 1_500))
    shared = (bank.transfers.pool, bank.transfers.sealer, clock)
    stumbling = Worker(bank.transfers.pool, [Stumbling(*shared, victim=first)], clock)
    assert await stumbling.tick() == 2
    left = sql.execute("SELECT customer_id::text FROM bank.clearing_open JOIN bank.clearing_items ON id = item_id")
    assert left.fetchall() == [(first,)]
    assert await stumbling.tick() == 0
    clock.ahead = timedelta(minutes=2)
    assert await Worker(bank.transfers.pool, [Clearing(*shared)], clock).tick() == 1
    assert entries(sql, first) == [-1_500]
    assert sql.execute("SELECT count(*) FROM bank.worker_failures WHERE job = 'clearing'").fetchone() == (0,)


async def test_a_killed_worker_leaves_nothing_half_done(
    bank: Bank, worker: Worker, bank_settings: Settings, make_customer: MakeCustomer, sql: Sql
) -> None:
    customers = [await make_customer(10_000) for _ in range(12)]
    today = utc_now().date()
    for customer in customers:
        order(sql, customer, (await bank.payees.resolve(customer, "maya")).id, today)
    environment = os.environ | {
        "TELLER_HOME": str(bank_settings.home),
        "DATABASE_URL": bank_settings.database_url,
        "REDIS_URL": bank_settings.redis_url,
        "PYTHONPATH": str(ROOT),
    }
    child = subprocess.Popen([sys.executable, "-m", "actions.bank.worker", "run"], env=environment, cwd=ROOT)
    ran = "SELECT count(*) FROM bank.standing_orders WHERE status = 'active' AND next_run > %s"
    deadline = time.monotonic() + 120
    try:
        while time.monotonic() < deadline and sql.execute(ran, (today,)).fetchone() == (0,):
            assert child.poll() is None
            time.sleep(0.002)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert sql.execute(ran, (today,)).fetchone() != (0,)
    await worker.tick()
    assert [entries(sql, customer) for customer in customers] == [[-1_000]] * 12


async def test_a_worker_stops_when_it_is_told(bank_settings: Settings) -> None:
    environment = os.environ | {"TELLER_HOME": str(bank_settings.home), "DATABASE_URL": bank_settings.database_url}
    environment |= {"REDIS_URL": bank_settings.redis_url, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-m", "actions.bank.worker", "run"], env=environment, cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    while b"worker_started" not in child.stdout.readline():
        assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0


def funding_card(sql: Sql, customer: str, *, verified: bool) -> Any:
    card = uuid4()
    sql.execute(
        "INSERT INTO bank.funding_cards (id, customer_id, last4, scheme, card_kind, issuer_country, verified)"
        " VALUES (%s, %s, '8835', 'Visa', 'debit', 'GB', %s)",
        (card, customer, verified),
    )
    sql.execute(
        "INSERT INTO bank.auto_topups (id, customer_id, account_id, funding_card_id, threshold_minor, amount_minor,"
        " status) SELECT gen_random_uuid(), customer_id, id, %s, 5000, 2000, 'active' FROM bank.accounts"
        " WHERE customer_id = %s",
        (card, customer),
    )
    return card


@pytest.mark.parametrize(
    ("said", "reason", "after", "status"),
    [("accepted", None, 6_000, "completed"), ("rejected", "issuer_refused", 4_000, "declined")],
)
async def test_an_automatic_top_up_is_credited_only_with_the_issuers_yes(
    bank: Bank, worker: Worker, clock: Time, make_customer: MakeCustomer, sql: Sql,
    said: str, reason: str | None, after: int, status: str,
) -> None:  # fmt: skip
    customer = await make_customer(4_000)
    funding_card(sql, customer, verified=True)
    await worker.tick()
    await worker.tick()
    [line] = (await bank.accounts.transactions(customer, kind="top_up")).items
    assert (line.status, line.amount, await balance(bank, customer)) == ("pending", Money(2_000, "GBP"), 4_000)
    assert line.reference
    await answer(bank.transfers.pool, line.reference, said, reason, clock())
    await worker.tick()
    [line] = (await bank.accounts.transactions(customer, kind="top_up")).items
    assert (line.status, line.reason_code, await balance(bank, customer)) == (status, reason, after)


async def test_a_top_up_that_nobody_answered_or_proved_credits_nothing(
    bank: Bank, worker: Worker, clock: Time, make_customer: MakeCustomer, sql: Sql
) -> None:
    silent, unproved, rich = await make_customer(4_000), await make_customer(4_000), await make_customer(6_000)
    for customer in (silent, unproved, rich):
        funding_card(sql, customer, verified=customer != unproved)
    await worker.tick()
    clock.ahead = timedelta(days=2, minutes=1)
    sql.execute("UPDATE bank.auto_topups SET status = 'paused'")
    await worker.tick()
    lines = [(await bank.accounts.transactions(c, kind="top_up")).items for c in (silent, unproved, rich)]
    assert [[(line.status, line.reason_code) for line in each] for each in lines] == [
        [("declined", "issuer_silent")],
        [("declined", "card_not_verified")],
        [],
    ]
    assert [await balance(bank, customer) for customer in (silent, unproved, rich)] == [4_000, 4_000, 6_000]


async def test_what_nobody_confirmed_or_collected_lapses(
    bank: Bank, worker: Worker, clock: Time, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer(10_000)
    key = await approved(customer, 2_500)
    [(account,)] = sql.execute("SELECT id FROM bank.accounts WHERE customer_id = %s", (customer,)).fetchall()
    sql.execute(
        "INSERT INTO bank.transactions (id, customer_id, account_id, kind, status, direction, amount_minor, currency,"
        " counterparty, created_at, hold_expires_at) VALUES (gen_random_uuid(), %s, %s, 'hold', 'pending', 'out', 700,"
        " 'GBP', 'Uber', now(), now() + interval '5 minutes')",
        (customer, account),
    )
    assert (await bank.accounts.by_currency(customer, "GBP")).available == Money(9_300, "GBP")
    clock.ahead = timedelta(minutes=11)
    await worker.tick()
    assert (await bank.accounts.by_currency(customer, "GBP")).available == Money(10_000, "GBP")
    assert (await bank.transfers.status(customer, key)).state == "expired"
    states = sql.execute("SELECT state FROM bank.step_up_challenges WHERE key = %s", (key,)).fetchall()
    assert states == [("void",)]
    assert entries(sql, customer) == []


async def test_accounts_close_on_their_day_and_pay_out_everything(
    bank: Bank, worker: Worker, clock: Time, make_customer: MakeCustomer, sql: Sql
) -> None:
    customer = await make_customer(10_000)
    maya = (await bank.payees.resolve(customer, "maya")).id
    running = order(sql, customer, maya, utc_now().date() + timedelta(days=20))
    sql.execute(
        "INSERT INTO bank.account_closures (id, customer_id, close_on, payout_payee_id, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, %s, now())",
        (customer, utc_now().date() + timedelta(days=2), maya),
    )
    await worker.tick()
    assert await balance(bank, customer) == 10_000
    clock.ahead = timedelta(days=2, minutes=1)
    await worker.tick()
    assert entries(sql, customer) == [-10_000]
    assert [account.status for account in await bank.accounts.list(customer)] == ["closed"]
    assert order_state(sql, running) == (None, "cancelled")
