"""Disputes, claims, searches and recalls: one table, told apart by their kind."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from actions.bank.errors import NotFound
from actions.bank.model.cases import Case
from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, Row, row, rows


def _case(found: Row, *, already: bool = False) -> Case:
    return Case(
        number=found["case_no"],
        kind=found["kind"],
        state=found["state"],
        opened_at=found["opened_at"],
        decide_by=found["decide_by"],
        refund_by=found["refund_by"],
        transaction_id=str(found["transaction_id"]) if found["transaction_id"] else None,
        claimed=Money(found["claimed_minor"], found["currency"]) if found["claimed_minor"] else None,
        already=already,
    )


async def window(connection: Connection, kind: str) -> Row:
    """window_days, decision_days and refund_days of a kind of case; raises NotFound."""
    found = await row(connection, "SELECT * FROM dispute_windows WHERE kind = %s", kind)
    if found is None:
        raise NotFound("dispute_window")
    return found


async def of_customer(connection: Connection, customer_id: str) -> list[Case]:
    """All cases, the newest first."""
    sql = "SELECT * FROM disputes WHERE customer_id = %s ORDER BY opened_at DESC, case_no DESC"
    return [_case(found) for found in await rows(connection, sql, customer_id)]


async def open_one(connection: Connection, customer_id: str, kind: str, transaction_id: str | None) -> Case | None:
    """The open case of this kind about this transaction (or about none)."""
    sql = """
        SELECT * FROM disputes WHERE customer_id = %s AND kind = %s AND state = 'open'
        AND transaction_id IS NOT DISTINCT FROM %s::uuid
    """
    found = await row(connection, sql, customer_id, kind, transaction_id)
    return None if found is None else _case(found, already=True)


async def add(
    connection: Connection,
    customer_id: str,
    kind: str,
    transaction_id: str | None,
    claimed: Money | None,
    now: datetime,
    decide_by: date,
    refund_by: date | None,
) -> Case:
    sql = """
        INSERT INTO disputes (id, customer_id, transaction_id, case_no, kind, state, opened_at, decide_by, refund_by,
                              claimed_minor, currency)
        VALUES (%s, %s, %s, 'D-' || nextval('case_numbers'), %s, 'open', %s, %s, %s, %s, %s) RETURNING *
    """
    amount = (claimed.amount_minor, claimed.currency) if claimed else (None, None)
    found = await row(connection, sql, uuid4(), customer_id, transaction_id, kind, now, decide_by, refund_by, *amount)
    if found is None:
        raise NotFound("case")
    return _case(found)
