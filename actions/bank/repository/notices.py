"""What the customer is to be told without asking, beside the event it is about and in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection

KINDS = frozenset({"card_dispatched", "refund_booked", "payment_declined", "bill_due", "transfer_returned"})
LIFE = timedelta(days=14)
"""After that a notice is no news any more and is not told."""

Fact = str | int | Money | date | datetime


async def add(
    connection: Connection,
    customer_id: str,
    kind: str,
    facts: Mapping[str, Fact],
    *,
    about: str | None = None,
    until: datetime | None = None,
) -> None:
    """Leave a notice of a kind of `KINDS`; its wording is `utter_notice_<kind>`, filled with `facts`.

    It is told once, at the customer's next turn or poll, after the caller's transaction has committed. `about` names
    the event (an id): a second notice of the same kind about it changes nothing. Not told after `until` (14 days).
    Raises ValueError for an unknown kind, TypeError for a fact that is no text, number, money or time.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of notice: {kind}")
    await connection.execute(
        "INSERT INTO notices (customer_id, kind, facts, about, expires_at)"
        " VALUES (%s, %s, %s, %s, coalesce(%s, now() + %s)) ON CONFLICT DO NOTHING",
        (customer_id, kind, Jsonb({name: _plain(fact) for name, fact in facts.items()}), about, until, LIFE),
    )


def _plain(fact: Fact) -> Any:
    """A fact as JSON: texts and numbers as they are, money, days and moments in an object that names its type."""
    match fact:
        case str() | int():
            return fact
        case Money():
            return {"minor": fact.amount_minor, "currency": fact.currency}
        case datetime():
            return {"at": fact.isoformat()}
        case date():
            return {"day": fact.isoformat()}
    raise TypeError(f"not a fact: {type(fact).__name__}")


async def remind_of_bills(connection: Connection, today: date) -> None:
    """Leave a notice of every direct debit and standing order of tomorrow; run again, it adds nothing.

    `today` is the bank's day; a notice that was not told by the end of tomorrow is not told at all.
    """
    await connection.execute(
        """
        INSERT INTO notices (customer_id, kind, about, facts, expires_at)
        SELECT customer_id, 'bill_due', about, jsonb_build_object(
            'payee', payee, 'amount', jsonb_build_object('minor', minor, 'currency', currency),
            'account', account, 'due', jsonb_build_object('day', %(day)s::date)), %(day)s::date + interval '1 day'
        FROM (
            SELECT m.customer_id, 'mandate ' || m.id || ' ' || m.next_run AS about, m.collector AS payee,
                   m.last_amount_minor AS minor, a.currency, a.name AS account
            FROM mandates m JOIN accounts a ON a.id = m.account_id
            WHERE m.status = 'active' AND m.next_run = %(day)s AND m.last_amount_minor IS NOT NULL
            UNION ALL
            SELECT s.customer_id, 'order ' || s.id || ' ' || s.next_run, p.name, s.amount_minor, s.currency, a.name
            FROM standing_orders s JOIN accounts a ON a.id = s.account_id JOIN payees p ON p.id = s.payee_id
            WHERE s.status = 'active' AND s.next_run = %(day)s
        ) AS due
        ON CONFLICT DO NOTHING
        """,
        {"day": today + timedelta(days=1)},
    )
