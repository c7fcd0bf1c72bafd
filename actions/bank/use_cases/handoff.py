"""Passing a talk to a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from actions.bank.errors import NotFound
from actions.bank.model.cases import Ticket
from actions.bank.repository import audit, policies, tickets
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service

PRIORITIES = {"distress": 0, "duress": 0, "scam": 1, "complaint": 2}
"""Reason to place in the queue; every other reason comes after these."""
_ORDINARY = 3
_NEVER_DROPPED = 1
"""Up to this priority a ticket waits as long as it takes."""


class Handoff(Service):
    async def open(self, customer_id: str | None, session_id: str, reason: str, summary: str) -> Ticket:
        """Queue the conversation; one that waits already keeps its number and, unless more urgent now, its place."""
        async with self.pool.connection() as connection:
            priority = PRIORITIES.get(reason, _ORDINARY)
            times = await self._times(connection, priority)
            await tickets.lapse(connection, session_id, self.clock())
            waiting = await tickets.active(connection, session_id)
            await tickets.add(
                connection, self.sealer, customer_id, session_id, reason, priority, summary, times, self.clock()
            )
            ticket = await self._active(connection, session_id)
            if ticket is not None and waiting is None:
                await audit.handoff(connection, customer_id, session_id, ticket.number)
        if ticket is None:
            raise NotFound("ticket")
        return ticket

    async def active(self, session_id: str) -> Ticket | None:
        """The ticket of this conversation that waits or is with an agent."""
        async with self.pool.connection() as connection:
            return await self._active(connection, session_id)

    async def _active(self, connection: Connection, session_id: str) -> Ticket | None:
        found = await tickets.active(connection, session_id)
        if found is None:
            return None
        minutes = int(await policies.text(connection, "handoff_minutes"))
        open_now, next_opening = await self._opening(connection)
        return Ticket(
            number=found["number"],
            position=found["position"],
            expected_wait_minutes=minutes * found["position"],
            open_now=open_now,
            next_opening=next_opening,
            status=found["status"],
            agent=found["agent"],
            reason=found["reason"],
        )

    async def _opening(self, connection: Connection) -> tuple[bool, datetime | None]:
        zone = await policies.text(connection, "opening_timezone")
        return next_open(await policies.opening_hours(connection), self.clock(), zone)

    async def _times(self, connection: Connection, priority: int) -> dict[str, Any]:
        """Out of hours the wait begins when somebody is there."""
        patience = timedelta(minutes=int(await policies.text(connection, "handoff_patience_minutes")))
        open_now, opening = await self._opening(connection)
        begins = self.clock() if open_now else opening
        waits_on = begins is None or priority <= _NEVER_DROPPED
        return {
            "answer_minutes": int(await policies.text(connection, "handoff_answer_minutes")),
            "gives_up_at": None if waits_on or begins is None else begins + patience,
        }


def next_open(hours: dict[int, Row], now: datetime, timezone: str) -> tuple[bool, datetime | None]:
    """Whether someone is there now and, if not, when someone will be (None: never)."""
    local = now.astimezone(ZoneInfo(timezone))
    for ahead in range(8):
        day = local + timedelta(days=ahead)
        today = hours.get(day.weekday())
        if today is None:
            continue
        opens = datetime.combine(day.date(), today["opens"], local.tzinfo)
        if ahead == 0 and opens <= local < datetime.combine(day.date(), today["closes"], local.tzinfo):
            return True, None
        if opens > local:
            return False, opens
    return False, None
