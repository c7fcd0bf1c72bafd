"""Messages to a customer's own phone or mailbox, by whichever carriers the bank has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from actions.bank.delivery.port import Carrier, DeliveryFailed
from actions.bank.repository import customers
from actions.bank.repository.unit import Pool
from actions.bank.sealing import Sealer

Way = Literal["sms", "email"]
_FIRST: dict[str, tuple[Way, Way]] = {"sms": ("sms", "email"), "push": ("sms", "email"), "email": ("email", "sms")}


class Post:
    """A messenger (use_cases.base) that looks the customer's address up and takes the carrier fit for the kind.

    Where a carrier is missing, or the customer has no address for it, the other one is taken.
    """

    def __init__(self, pool: Pool, sealer: Sealer, carriers: Mapping[Way, Carrier]) -> None:
        self._pool, self._sealer, self._carriers = pool, sealer, carriers

    async def push(
        self, customer_id: str, kind: Literal["sms", "email", "push"], text: str, code: str | None = None,
        ttl_s: int = 600,
    ) -> None:  # fmt: skip
        """Deliver one message; `text` holds the code already. Raises DeliveryFailed."""
        async with self._pool.connection() as connection:
            profile = await customers.profile(connection, self._sealer, customer_id)
        addresses = {"sms": profile.phone, "email": profile.email}
        for way in _FIRST[kind]:
            if way in self._carriers and addresses[way]:
                await self._carriers[way].send(addresses[way], text, ttl_s)
                return
        raise DeliveryFailed("the customer has no address that the bank can reach")

    async def close(self) -> None:
        for carrier in self._carriers.values():
            await carrier.close()
