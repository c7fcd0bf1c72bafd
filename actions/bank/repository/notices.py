"""What the customer is to be told without asking, beside the event it is about and in its transaction.

Texts (who was paid) are sealed under the customer's key; amounts, days and moments are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, Row, row

KINDS = frozenset(
    {
        "card_dispatched",
        "refund_booked",
        "payment_declined",
        "bill_due",
        "transfer_returned",
        "account_linked",
        "linked_payment_pending",
        "linked_payment_posted",
        "linked_payment_rejected",
        "linked_payment_refused",
    }
)
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
    texts = {name: fact for name, fact in facts.items() if isinstance(fact, str)}
    own = await connection.sealer.of(connection, customer_id)
    sealed_as = f"notices.sealed:{kind}:{about or uuid4()}"
    typed = {name: _plain(fact) for name, fact in facts.items() if name not in texts}
    await connection.execute(
        "INSERT INTO notices (customer_id, kind, facts, sealed, sealed_as, about, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, coalesce(%s, now() + %s)) ON CONFLICT DO NOTHING",
        (customer_id, kind, Jsonb(typed), own.seal(texts, sealed_as), sealed_as, about, until, LIFE),
    )


def _plain(fact: Fact) -> Any:
    """A fact as JSON: numbers as they are, money, days and moments in an object that names its type."""
    match fact:
        case int():
            return fact
        case Money():
            return {"minor": fact.amount_minor, "currency": fact.currency}
        case datetime():
            return {"at": fact.isoformat()}
        case date():
            return {"day": fact.isoformat()}
    raise TypeError(f"not a fact: {type(fact).__name__}")


async def take_bill(connection: Connection, now: datetime) -> Row | None:
    """A direct debit or standing order of the customer's tomorrow that no notice is about yet; others skip it.

    id, customer_id, about, collector or payee_id, minor, currency, account, due.
    """
    return await row(connection, _MANDATE, now) or await row(connection, _ORDER, now)


def _bill(kind: str, table: str, whose: str, minor: str) -> str:
    return f"""
        SELECT bill.id, bill.customer_id, {whose}, {minor} AS minor, accounts.currency, accounts.name AS account,
            bill.next_run AS due, '{kind} ' || bill.id || ' ' || bill.next_run AS about
        FROM {table} bill JOIN accounts ON accounts.id = bill.account_id
        JOIN customers ON customers.id = bill.customer_id
        WHERE bill.status = 'active' AND bill.next_run = (%s AT TIME ZONE customers.timezone)::date + 1
            AND {minor} IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM notices WHERE notices.kind = 'bill_due'
                AND notices.about = '{kind} ' || bill.id || ' ' || bill.next_run)
        ORDER BY bill.id LIMIT 1 FOR UPDATE OF bill SKIP LOCKED
    """  # nosec B608: fixed texts


_MANDATE = _bill("mandate", "mandates", "bill.collector, NULL AS payee_id", "bill.last_amount_minor")
_ORDER = _bill("order", "standing_orders", "NULL AS collector, bill.payee_id", "bill.amount_minor")
