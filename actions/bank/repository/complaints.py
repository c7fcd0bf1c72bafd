"""Complaints, with the day by which each gets its final response."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from actions.bank.errors import NotFound
from actions.bank.model.cases import Complaint
from actions.bank.repository.unit import Connection, Row, row
from actions.bank.sealing import Sealer


async def time(connection: Connection, area: str) -> Row:
    """days and working_days until the final response; raises NotFound."""
    found = await row(connection, "SELECT * FROM complaint_times WHERE area = %s", area)
    if found is None:
        raise NotFound("complaint_time")
    return found


async def open_one(connection: Connection, session_id: str, area: str) -> Complaint | None:
    """The open complaint of this conversation about this area."""
    sql = "SELECT * FROM complaints WHERE session_id = %s AND area = %s AND state = 'open'"
    found = await row(connection, sql, session_id, area)
    return None if found is None else _complaint(found, already=True)


async def add(
    connection: Connection,
    sealer: Sealer,
    customer_id: str | None,
    session_id: str,
    area: str,
    text: str,
    now: datetime,
    final_by: date,
) -> Complaint:
    """Record a complaint; what the customer wrote is sealed."""
    complaint_id = uuid4()
    own = await sealer.of_anyone(connection, customer_id)
    found = await row(
        connection,
        "INSERT INTO complaints (id, customer_id, session_id, area, words, state, opened_at, final_by)"
        " VALUES (%s, %s, %s, %s, %s, 'open', %s, %s) RETURNING *",
        complaint_id,
        customer_id,
        session_id,
        area,
        own.seal({"words": text}, f"complaints.words:{complaint_id}"),
        now,
        final_by,
    )
    if found is None:
        raise NotFound("complaint")
    return _complaint(found)


def _complaint(found: Row, *, already: bool = False) -> Complaint:
    return Complaint(found["number"], found["area"], found["opened_at"], found["final_by"], already)
