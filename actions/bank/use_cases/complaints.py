"""Taking a complaint: a reference at once, and the day of the final response by the policy table."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from actions.bank.model.cases import Complaint
from actions.bank.repository import complaints, policies
from actions.bank.repository.unit import Connection, serializable
from actions.bank.use_cases.base import Service

_SATURDAY = 5


class Complaints(Service):
    async def open(self, customer_id: str | None, session_id: str, area: str, text: str) -> Complaint:
        """Record a complaint about `area` (payments | service); the open one of this conversation comes back.

        A guest may complain as well. Raises NotFound for an area without a time.
        """

        async def work(connection: Connection) -> Complaint:
            known = await complaints.open_one(connection, session_id, area)
            if known:
                return known
            allowed = await complaints.time(connection, area)
            now = self.clock()
            today = now.astimezone(ZoneInfo(await policies.text(connection, "opening_timezone"))).date()
            final_by = last_day(today, allowed["days"], working=allowed["working_days"])
            return await complaints.add(connection, self.sealer, customer_id, session_id, area, text, now, final_by)

        return await serializable(self.pool, work)


def last_day(today: date, days: int, *, working: bool) -> date:
    """The day that lies `days` after `today`; only Monday to Friday count where `working`."""
    if not working:
        return today + timedelta(days=days)
    last = today
    while days:
        last += timedelta(days=1)
        days -= last.weekday() < _SATURDAY
    return last
