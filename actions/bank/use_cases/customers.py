"""Who the customer is, and what should be mentioned to them first."""

from __future__ import annotations

from actions.bank.model import Profile, UrgentItem
from actions.bank.repository import customers
from actions.bank.use_cases.base import Service


class Customers(Service):
    async def profile(self, customer_id: str) -> Profile:
        async with self.pool.connection() as connection:
            return await customers.profile(connection, self.sealer, customer_id)

    async def urgent(self, customer_id: str) -> UrgentItem | None:
        """The most pressing item, if any; its facts: subject (merchant, card ending, carrier …) and date."""
        async with self.pool.connection() as connection:
            found = await customers.urgent(connection, customer_id, self.clock())
        if found is None:
            return None
        return UrgentItem(found["kind"], {"subject": found["subject"], "date": f"{found['at']:%-d %B}"})
