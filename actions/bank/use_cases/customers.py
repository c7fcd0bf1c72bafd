"""Who the customer is, and what should be mentioned to them first."""

from __future__ import annotations

from collections.abc import Mapping

from actions.bank.model.customers import Closing, Profile, UrgentItem
from actions.bank.repository import closing, customers
from actions.bank.use_cases.base import Service
from actions.bank.wording import counted


class Customers(Service):
    async def profile(self, customer_id: str) -> Profile:
        async with self.pool.connection() as connection:
            return await customers.profile(connection, self.sealer, customer_id)

    async def closing(self, customer_id: str) -> Closing:
        """What it would take to leave the bank."""
        async with self.pool.connection() as connection:
            agreed = await closing.agreed(connection, customer_id)
            return Closing(
                blockers=_counted(await closing.blockers(connection, customer_id)),
                ending=_counted(await closing.ending(connection, customer_id)),
                balances=tuple(await closing.balances(connection, customer_id)),
                agreed_for=agreed["close_on"] if agreed else None,
            )

    async def urgent(self, customer_id: str) -> UrgentItem | None:
        """The most pressing item, if any; its facts: subject (merchant, card ending, carrier …) and date."""
        async with self.pool.connection() as connection:
            found = await customers.urgent(connection, customer_id, self.clock())
        if found is None:
            return None
        return UrgentItem(found["kind"], {"subject": found["subject"], "date": f"{found['at']:%-d %B}"})


def _counted(numbers: Mapping[str, int]) -> tuple[str, ...]:
    """`2 pending transactions`, `1 loan`."""
    return tuple(counted(number, what) for what, number in numbers.items())
