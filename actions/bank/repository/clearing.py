"""Payments between this bank and others until they are final: immutable items, each with at most one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from actions.bank.repository.unit import Connection, Row, insert, row, rows

Outcome = Literal["posted", "voided"]


async def add(connection: Connection, fields: Mapping[str, Any]) -> str:
    """Insert an item, open until its outcome; `fields` are columns of bank.clearing_items. Returns its id.

    What comes in is a top_up unless `kind` says auto_top_up, what goes out a transfer.
    """
    item_id = uuid4()
    kind = "transfer" if fields["direction"] == "out" else "top_up"
    await insert(connection, "clearing_items", {"id": item_id, "kind": kind, **fields})
    await insert(connection, "clearing_open", {"item_id": item_id, "due_at": fields["due_at"]})
    return str(item_id)


async def take_due(connection: Connection, job: str, now: datetime) -> Row | None:
    """The open item that is due first, or was answered, with `answer` and `reason_code`; locked, others skip it."""
    sql = """
        SELECT items.*, answers.answer, answers.reason_code
        FROM clearing_open open JOIN clearing_items items ON items.id = open.item_id
        LEFT JOIN clearing_answers answers ON answers.item_id = open.item_id
        LEFT JOIN worker_failures failed ON failed.job = %s AND failed.item_id = open.item_id
        WHERE (open.due_at <= %s OR answers.item_id IS NOT NULL) AND (failed.retry_at IS NULL OR failed.retry_at <= %s)
        ORDER BY open.due_at, open.item_id LIMIT 1 FOR UPDATE OF open SKIP LOCKED
    """
    return await row(connection, sql, job, now, now)


async def resolve(
    connection: Connection,
    item_id: str,
    outcome: Outcome,
    at: datetime,
    *,
    posting_id: str | None = None,
    reason_code: str | None = None,
) -> None:
    """Give the item its outcome; a second one fails on the primary key."""
    fields = {"item_id": item_id, "outcome": outcome, "reason_code": reason_code, "posting_id": posting_id}
    await insert(connection, "clearing_outcomes", fields | {"resolved_at": at})
    await connection.execute("DELETE FROM clearing_open WHERE item_id = %s", (item_id,))


async def answer(connection: Connection, item_id: str, said: str, reason_code: str | None, at: datetime) -> None:
    """Note what the other bank said: accepted | rejected, this with its reason."""
    fields = {"item_id": item_id, "answer": said, "reason_code": reason_code, "received_at": at}
    await insert(connection, "clearing_answers", fields)


async def unsent(
    connection: Connection, customer_id: str, transaction_id: str, now: datetime, *, lock: bool = False
) -> Row | None:
    """The item of a payment that is still in our hands: not due and not answered. `lock` keeps the job off it."""
    sql = """
        SELECT items.* FROM clearing_open open JOIN clearing_items items ON items.id = open.item_id
        WHERE items.customer_id = %s AND items.transaction_id::text = %s AND items.direction = 'out'
            AND open.due_at > %s AND NOT EXISTS (SELECT FROM clearing_answers WHERE item_id = items.id)
    """
    return await row(connection, f"{sql} FOR UPDATE OF open" if lock else sql, customer_id, transaction_id, now)


async def open_with_reference(connection: Connection, reference: str) -> list[Row]:
    sql = """
        SELECT items.* FROM clearing_items items JOIN clearing_open ON item_id = items.id
        WHERE reference = %s AND NOT EXISTS (SELECT FROM clearing_answers WHERE item_id = items.id)
    """
    return await rows(connection, sql, reference)


async def open_of_customer(connection: Connection, customer_id: str) -> int:
    """How many of the customer's payments are not final yet."""
    sql = """
        SELECT count(*) AS n FROM clearing_items items JOIN clearing_open ON item_id = items.id WHERE customer_id = %s
    """
    found = await row(connection, sql, customer_id)
    return int(found["n"]) if found else 0


async def refused_by_us(connection: Connection, item_id: str) -> str | None:
    """The reason for which its payee has been blocked since the money left."""
    sql = """
        SELECT payees.block_reason FROM clearing_items items
        JOIN transactions ON transactions.id = items.transaction_id JOIN payees ON payees.id = transactions.payee_id
        WHERE items.id = %s AND payees.status = 'blocked'
    """
    found = await row(connection, sql, item_id)
    return None if found is None else found["block_reason"]
