"""Double entry: every movement of money is one posting whose entries sum to zero in each currency."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from psycopg import errors

from actions.bank.errors import TryAgain
from actions.bank.model.money import Money
from actions.bank.repository import audit
from actions.bank.repository.unit import Connection, Pool, rows

T = TypeVar("T")
ATTEMPTS = 5

Leg = tuple[str, Money]
"""Account id and the amount added to it (negative: taken from it)."""


async def system_account(connection: Connection, name: str, currency: str) -> str:
    """The id of the bank's own account `name` in `currency`, opened when first needed."""
    await connection.execute(
        "INSERT INTO accounts (id, kind, name, currency) SELECT %(id)s, 'system', %(name)s, %(currency)s"
        " WHERE NOT EXISTS (SELECT FROM accounts WHERE kind = 'system' AND name = %(name)s AND currency = %(currency)s)"
        " ON CONFLICT DO NOTHING",
        {"id": uuid4(), "name": name, "currency": currency},
    )
    [found] = await rows(
        connection, "SELECT id FROM accounts WHERE kind = 'system' AND name = %s AND currency = %s", name, currency
    )
    return str(found["id"])


async def booking(pool: Pool, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Run `work` in one transaction that relies on row locks, taken in one order: customer, then accounts by id.

    READ COMMITTED on purpose: serialisable transactions of strangers abort each other on shared pages, row locks let
    them pass (docs/decisions/ledger.md). Raises TryAgain where others keep breaking the order of the locks.
    """
    for attempt in range(ATTEMPTS):
        try:
            async with pool.connection() as connection:
                return await work(connection)
        except (errors.DeadlockDetected, errors.SerializationFailure):
            await asyncio.sleep(0.01 * 2**attempt)
    raise TryAgain()


async def lock_customer(connection: Connection, customer_id: str) -> None:
    """One movement of money a customer at a time, so that limits over all their accounts hold.

    Rows that merely refer to the customer can still be written by others.
    """
    await connection.execute("SELECT FROM customers WHERE id = %s FOR NO KEY UPDATE", (customer_id,))


async def lock_accounts(connection: Connection, account_ids: Sequence[str]) -> None:
    """Lock customers' accounts in one order for everyone, so that two payments never wait for each other."""
    for account_id in sorted({UUID(account_id) for account_id in account_ids}):
        await connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", (account_id,))


async def post(
    connection: Connection,
    kind: str,
    reference: str,
    legs: Sequence[Leg],
    at: datetime,
    *,
    payee_id: str | None = None,
) -> str:
    """Write a posting, its entries, its audit record and the new balances; returns the posting's id.

    The caller holds the locks of the accounts. An overdraft fails on the CHECK of the balance, legs that do
    not sum to zero at the commit.
    """
    posting_id = uuid4()
    await connection.execute(
        "INSERT INTO postings (id, kind, reference, created_at) VALUES (%s, %s, %s, %s)",
        (posting_id, kind, reference, at),
    )
    for account_id, money in legs:
        await connection.execute(
            "INSERT INTO entries (posting_id, account_id, amount_minor, currency, created_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            (posting_id, account_id, money.amount_minor, money.currency, at),
        )
        await connection.execute(
            "UPDATE accounts SET balance_minor = balance_minor + %s WHERE id = %s AND kind = 'customer'",
            (money.amount_minor, account_id),
        )
    await audit.movement(connection, kind, posting_id, legs, payee_id)
    return str(posting_id)
