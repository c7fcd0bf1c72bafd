"""The agents' desk: the queue in PostgreSQL, who holds which talk, and when it goes back to the assistant.

Every change of hands leaves a notice for the conversation in the same transaction, so the customer hears of it even
if the server stops in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from common.audit.writer import append
from common.database import Pool
from custom_components.security.audit import DoorAudit
from custom_components.security.errors import Conflict, Forbidden, Missing

_COLUMNS = (
    "number, session_id, customer_id, reason, priority, status, agent, agent_id, created_at, joined_at, gives_up_at"
)
_Connection = AsyncConnection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A talk that waits (`queued`) or is held by an agent (`joined`); priority 0 comes first."""

    number: str
    session_id: str
    customer_id: str | None
    reason: str
    priority: int
    status: str
    agent: str | None
    agent_id: str | None
    created_at: datetime
    joined_at: datetime | None
    gives_up_at: datetime | None


class Desk:
    """What agents do with tickets, on the assistant server's own connections."""

    def __init__(self, pool: Pool, audit: DoorAudit) -> None:
        self._pool = pool
        self._audit = audit

    async def login_of(self, agent_id: str) -> str | None:
        """The login of a person; None for whoever is none."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT login FROM users WHERE user_id::text = %s", (agent_id,))
            row = await cursor.fetchone()
            return row["login"] if row else None

    async def queue(self) -> list[Ticket]:
        """Every open ticket, the most urgent and then the longest waiting first; overdue ones go back before."""
        async with self._pool.connection() as connection:
            await self._lapse(connection, None)
            return await _tickets(connection, "status <> 'closed' ORDER BY priority, created_at LIMIT 200")

    async def find(self, number: str) -> Ticket:
        """An open ticket; raises Missing."""
        async with self._pool.connection() as connection:
            return await _one(connection, number)

    async def holder(self, session_id: str) -> Ticket | None:
        """The ticket by which an agent holds this conversation; an overdue one goes back to the assistant first."""
        async with self._pool.connection() as connection:
            found = await _tickets(connection, "status <> 'closed' AND session_id = %s", session_id)
            if not found or found[0].gives_up_at is None:
                return next((ticket for ticket in found if ticket.status == "joined"), None)
            await self._lapse(connection, session_id)
            found = await _tickets(connection, "status = 'joined' AND session_id = %s", session_id)
            return found[0] if found else None

    async def take(self, number: str, agent_id: str, name: str) -> Ticket:
        """Give a waiting talk to an agent; raises Missing, and Conflict where somebody else was first."""
        async with self._pool.connection() as connection:
            taken = await _changed(
                connection,
                "UPDATE bank.handoff_tickets SET status = 'joined', agent_id = %s, agent = %s, joined_at = now(),"
                " gives_up_at = now() + make_interval(mins => answer_minutes) WHERE number = %s AND status = 'queued'",
                agent_id,
                name,
                number,
            )
            if taken:
                await _tell(connection, taken, "handoff_joined")
                await append(connection, self._audit.handed_over("taken", number, taken.customer_id))
                return taken
            known = await _one(connection, number)
            if known.agent_id != agent_id:
                raise Conflict("ticket_taken", "Another agent has taken this ticket.")
            return known

    async def own(self, number: str, agent_id: str) -> Ticket:
        """A ticket that this agent holds; raises Missing, Conflict where nobody does, Forbidden where another does."""
        async with self._pool.connection() as connection:
            return await _own(connection, number, agent_id)

    async def answered(self, number: str, agent_id: str) -> None:
        """The agent has written: nobody is waited for until the customer writes again."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE bank.handoff_tickets SET gives_up_at = NULL"
                " WHERE number = %s AND agent_id = %s AND status = 'joined'",
                (number, agent_id),
            )

    async def heard(self, number: str) -> None:
        """The customer has written: the agent is waited for, from the first unanswered message on."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE bank.handoff_tickets SET gives_up_at = coalesce(gives_up_at,"
                " now() + make_interval(mins => answer_minutes)) WHERE number = %s AND status = 'joined'",
                (number,),
            )

    async def end(self, number: str, agent_id: str, how: str) -> Ticket:
        """Let the assistant go on: `handed_back`, or `closed` where the case is done. Raises as `own` does."""
        async with self._pool.connection() as connection:
            ticket = await _own(connection, number, agent_id, lock=True)
            await connection.execute(
                "UPDATE bank.handoff_tickets SET status = 'closed', ended_by = %s, closed_at = now(),"
                " gives_up_at = NULL WHERE number = %s",
                (how, number),
            )
            await _tell(connection, ticket, f"handoff_{how}")
            stage = "returned" if how == "handed_back" else "ended"
            await append(connection, self._audit.handed_over(stage, number, ticket.customer_id))
            return ticket

    async def _lapse(self, connection: _Connection, session_id: str | None) -> None:
        """Give overdue talks back to the assistant, of one conversation or of all."""
        cursor = await connection.execute(
            "UPDATE bank.handoff_tickets SET status = 'closed', closed_at = now(),"
            " ended_by = CASE status WHEN 'joined' THEN 'agent_silent' ELSE 'nobody_came' END"
            " WHERE status <> 'closed' AND gives_up_at <= now()"
            " AND (%(session)s::text IS NULL OR session_id = %(session)s)"
            f" RETURNING {_COLUMNS}, ended_by",
            {"session": session_id},
        )
        for row in await cursor.fetchall():
            ended_by = row.pop("ended_by")
            ticket = _ticket(row)
            await _tell(connection, ticket, f"handoff_{ended_by}")
            await append(connection, self._audit.left(ticket.number, ticket.customer_id))


async def _tell(connection: _Connection, ticket: Ticket, kind: str) -> None:
    await connection.execute(
        "INSERT INTO bank.notices (session_id, kind, facts, expires_at) VALUES (%s, %s, %s, now() + interval '1 day')",
        (ticket.session_id, kind, Jsonb({"number": ticket.number, "agent": ticket.agent or ""})),
    )


async def _own(connection: _Connection, number: str, agent_id: str, *, lock: bool = False) -> Ticket:
    ticket = await _one(connection, number, " FOR UPDATE" if lock else "")
    if ticket.status != "joined":
        raise Conflict("ticket_not_taken", "Take this ticket first.")
    if ticket.agent_id != agent_id:
        raise Forbidden("ticket_not_yours", "Another agent holds this ticket.")
    return ticket


async def _one(connection: _Connection, number: str, ending: str = "") -> Ticket:
    found = await _tickets(connection, f"number = %s AND status <> 'closed'{ending}", number)
    if not found:
        raise Missing("ticket_not_found", "There is no such open ticket.")
    return found[0]


async def _tickets(connection: _Connection, where: str, *values: Any) -> list[Ticket]:
    query = f"SELECT {_COLUMNS} FROM bank.handoff_tickets WHERE {where}"
    # Ignored below: put together from constants of this file
    cursor = await connection.execute(query, values)  # type: ignore[arg-type]
    return [_ticket(row) for row in await cursor.fetchall()]


async def _changed(connection: _Connection, update: str, *values: Any) -> Ticket | None:
    # Ignored below: put together from constants of this file
    cursor = await connection.execute(f"{update} RETURNING {_COLUMNS}", values)  # type: ignore[arg-type]
    row = await cursor.fetchone()
    return _ticket(row) if row else None


def _ticket(row: dict[str, Any]) -> Ticket:
    return Ticket(**{**row, "customer_id": str(row["customer_id"]) if row["customer_id"] else None})
