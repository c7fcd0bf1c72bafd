"""Tells the other bank of permissions that customers have ended here while it did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from actions.bank.repository import failures
from actions.bank.repository.unit import Connection, Row, row
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.linked import Linked


@dataclass(frozen=True, slots=True)
class Withdrawals(Service):
    """For a minute after the bank has failed for one, none is tried: the worker has money to see to meanwhile."""

    linked: Linked
    name: ClassVar[str] = "withdrawals"

    async def take(self, connection: Connection) -> Row | None:
        now = self.clock()
        return await row(
            connection,
            "SELECT id, consent_id FROM open_banking_consents c WHERE withdrawn_at IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM worker_failures WHERE job = %s"
            " AND (item_id = c.id AND retry_at > %s OR failed_at > %s))"
            " ORDER BY withdrawn_at LIMIT 1 FOR UPDATE SKIP LOCKED",
            self.name,
            now,
            now - failures.FIRST_PAUSE,
        )

    async def carry_out(self, connection: Connection, item: Row) -> None:
        await self.linked.end(item["consent_id"])
        await connection.execute("DELETE FROM open_banking_consents WHERE id = %s", (item["id"],))
