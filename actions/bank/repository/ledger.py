"""Double entry: every movement of money is one posting whose entries sum to zero in each currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, rows

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


async def lock_accounts(connection: Connection, account_ids: Sequence[str]) -> None:
    """Lock customers' accounts in one order for everyone, so that two payments never wait for each other."""
    for account_id in sorted({UUID(account_id) for account_id in account_ids}):
        await connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", (account_id,))


async def post(connection: Connection, kind: str, reference: str, legs: Sequence[Leg], at: datetime) -> str:
    """Write a posting, its entries and the new balances of customers' accounts; returns the posting's id.

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
    return str(posting_id)
