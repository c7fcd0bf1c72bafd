"""Finds out what became of payments from linked accounts whose end is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from actions.bank.repository import linked_payments
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.linked_payments import LinkedPayments

# The door that takes the customer in pays at once; this one comes after it.
AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class OpenPayments(Service):
    """For a minute after the bank has failed for one, none is tried: the worker has money to see to meanwhile."""

    payments: LinkedPayments
    name: ClassVar[str] = "linked_payments"

    async def take(self, connection: Connection) -> Row | None:
        now = self.clock()
        return await linked_payments.take_open(connection, self.name, now - AFTER, now)

    async def carry_out(self, connection: Connection, item: Row) -> None:
        await self.payments.look_after(connection, item)
