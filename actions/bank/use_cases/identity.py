"""Who the customer is said to be: the identity check, and where their money comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.bank.model.customers import FundsRequest, IdentityCheck
from actions.bank.repository import card_changes, customers
from actions.bank.repository.unit import row
from actions.bank.use_cases.base import Service

VIEW_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Identity(Service):
    async def check(self, customer_id: str) -> IdentityCheck | None:
        """The newest check; None where none was ever started."""
        async with self.pool.connection() as connection:
            found = await customers.identity_check(connection, customer_id)
        if found is None:
            return None
        names = ("state", "missing_step", "rejected_reason", "attempts_left", "submitted_at", "decided_at",
                 "decision_by")  # fmt: skip
        return IdentityCheck(**{name: found[name] for name in names})

    async def open_check(self, customer_id: str) -> datetime:
        """Open the app's check; returns until when it stays open. An open one is used again."""
        return await self._open(customer_id, "identity_check")

    async def open_documents(self, customer_id: str) -> datetime:
        """Open the app's upload of documents; returns until when it stays open."""
        return await self._open(customer_id, "documents")

    async def _open(self, customer_id: str, kind: str) -> datetime:
        now = self.clock()
        async with self.pool.connection() as connection:
            sql = """
                SELECT expires_at FROM secure_views WHERE customer_id = %s AND kind = %s AND expires_at > %s
                AND shown_at IS NULL ORDER BY expires_at DESC LIMIT 1
            """
            found = await row(connection, sql, customer_id, kind, now)
            if found is not None:
                until: datetime = found["expires_at"]
                return until
            await card_changes.open_view(connection, customer_id, kind, None, now, now + VIEW_LIFE)
        return now + VIEW_LIFE

    async def funds_request(self, customer_id: str) -> FundsRequest | None:
        """The open request for the source of funds that is due first."""
        sql = """
            SELECT reason, documents, effect, due_at FROM source_of_funds_requests
            WHERE customer_id = %s AND state = 'open' ORDER BY due_at LIMIT 1
        """
        async with self.pool.connection() as connection:
            found = await row(connection, sql, customer_id)
        if found is None:
            return None
        return FundsRequest(found["reason"], tuple(found["documents"]), found["effect"], found["due_at"])
