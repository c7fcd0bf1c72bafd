"""The queue of talks that wait for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from actions.bank.repository.unit import Connection, Row, row
from actions.bank.sealing import Sealer


async def active(connection: Connection, session_id: str) -> Row | None:
    """The ticket of this conversation that is not closed, with its place in the queue (1 is next)."""
    sql = """
        SELECT mine.*, (
            SELECT count(*) FROM handoff_tickets other
            WHERE other.status = 'queued' AND other.created_at <= mine.created_at
        ) AS position
        FROM handoff_tickets mine WHERE mine.session_id = %s AND mine.status <> 'closed'
    """
    return await row(connection, sql, session_id)


async def add(
    connection: Connection,
    sealer: Sealer,
    customer_id: str | None,
    session_id: str,
    reason: str,
    summary: str,
    now: datetime,
) -> None:
    """Queue a conversation; one that is queued already stays where it is."""
    ticket_id = uuid4()
    await connection.execute(
        "INSERT INTO handoff_tickets (id, number, customer_id, session_id, reason, summary, status, created_at)"
        " VALUES (%s, 'T-' || nextval('ticket_numbers'), %s, %s, %s, %s, 'queued', %s)"
        " ON CONFLICT (session_id) WHERE status <> 'closed' DO NOTHING",
        (
            ticket_id,
            customer_id,
            session_id,
            reason,
            sealer.seal({"summary": summary}, f"handoff_tickets.summary:{ticket_id}"),
            now,
        ),
    )
