"""The queue of talks that wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from actions.bank.repository.unit import Connection, Row, row
from actions.bank.sealing import Sealer


async def active(connection: Connection, session_id: str) -> Row | None:
    """The ticket of this conversation that is not closed, with its place in the queue (1 is next)."""
    sql = """
        SELECT mine.*, (
            SELECT count(*) FROM handoff_tickets other
            WHERE other.status = 'queued' AND (other.priority, other.created_at) <= (mine.priority, mine.created_at)
        ) AS position
        FROM handoff_tickets mine WHERE mine.session_id = %s AND mine.status <> 'closed'
    """
    return await row(connection, sql, session_id)


async def lapse(connection: Connection, session_id: str, now: datetime) -> None:
    """Close the ticket that nobody came for in time; the assistant server tells the customer so."""
    await connection.execute(
        "WITH lapsed AS (UPDATE handoff_tickets SET status = 'closed', ended_by = 'nobody_came', closed_at = %(now)s"
        " WHERE session_id = %(session)s AND status = 'queued' AND gives_up_at <= %(now)s RETURNING number)"
        " INSERT INTO notices (session_id, kind, facts, expires_at)"
        " SELECT %(session)s, 'handoff_nobody_came', jsonb_build_object('number', number), %(now)s + interval '1 day'"
        " FROM lapsed",
        {"session": session_id, "now": now},
    )


async def add(
    connection: Connection,
    sealer: Sealer,
    customer_id: str | None,
    session_id: str,
    reason: str,
    priority: int,
    summary: str,
    times: Mapping[str, Any],
    now: datetime,
) -> None:
    """Queue a conversation; one that is queued already stays where it is, unless it has become more urgent.

    `times`: answer_minutes, and gives_up_at (None: it waits as long as it takes).
    """
    ticket_id = uuid4()
    own = await sealer.of_anyone(connection, customer_id)
    await connection.execute(
        "INSERT INTO handoff_tickets AS known (id, number, customer_id, session_id, reason, priority, summary, status,"
        " created_at, answer_minutes, gives_up_at)"
        " VALUES (%s, 'T-' || nextval('ticket_numbers'), %s, %s, %s, %s, %s, 'queued', %s, %s, %s)"
        " ON CONFLICT (session_id) WHERE status <> 'closed' DO UPDATE SET reason = excluded.reason,"
        " priority = excluded.priority, gives_up_at = excluded.gives_up_at"
        " WHERE excluded.priority < known.priority AND known.status = 'queued'",
        (
            ticket_id,
            customer_id,
            session_id,
            reason,
            priority,
            own.seal({"summary": summary}, f"handoff_tickets.summary:{ticket_id}"),
            now,
            times["answer_minutes"],
            times["gives_up_at"],
        ),
    )
