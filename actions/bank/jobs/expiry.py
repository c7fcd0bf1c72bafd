"""What lapses by itself: prepared operations that nobody confirmed, reservations that nobody collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from actions.bank.repository import intents, transactions
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service


@dataclass(frozen=True, slots=True)
class LapsedOperations(Service):
    """Their codes are void from then on."""

    name: ClassVar[str] = "lapsed_operations"

    async def take(self, connection: Connection) -> Row | None:
        return await intents.take_lapsed(connection, self.name, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        await intents.void_challenges(connection, str(item["customer_id"]), str(item["key"]))
        await intents.set_state(connection, str(item["customer_id"]), str(item["key"]), "expired")


@dataclass(frozen=True, slots=True)
class LapsedHolds(Service):
    name: ClassVar[str] = "lapsed_holds"

    async def take(self, connection: Connection) -> Row | None:
        return await transactions.take_lapsed_hold(connection, self.name, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        await transactions.set_reverted(connection, str(item["id"]), "hold_expired", self.clock())
