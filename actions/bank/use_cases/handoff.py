"""Passing a talk to a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions.bank.errors import NotFound
from actions.bank.model.cases import Ticket
from actions.bank.repository import policies, tickets
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service


class Handoff(Service):
    async def open(self, customer_id: str | None, session_id: str, reason: str, summary: str) -> Ticket:
        """Queue the conversation; one that waits already keeps its number and its place."""
        async with self.pool.connection() as connection:
            await tickets.add(connection, self.sealer, customer_id, session_id, reason, summary, self.clock())
            ticket = await self._active(connection, session_id)
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
        zone = await policies.text(connection, "opening_timezone")
        open_now, next_opening = next_open(await policies.opening_hours(connection), self.clock(), zone)
        return Ticket(
            number=found["number"],
            position=found["position"],
            expected_wait_minutes=minutes * found["position"],
            open_now=open_now,
            next_opening=next_opening,
            status=found["status"],
            agent=found["agent"],
        )


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
