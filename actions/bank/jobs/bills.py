"""What leaves an account tomorrow is announced today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from actions.bank.model.money import Money
from actions.bank.repository import customers, notices, payees
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service


@dataclass(frozen=True, slots=True)
class BillReminders(Service):
    """Not told any more once the day of the bill is over."""

    name: ClassVar[str] = "bill_reminders"

    async def take(self, connection: Connection) -> Row | None:
        return await notices.take_bill(connection, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        customer_id = str(item["customer_id"])
        profile = await customers.profile(connection, self.sealer, customer_id)
        payee = item["collector"]
        if payee is None:
            known = await payees.one(connection, self.sealer, customer_id, str(item["payee_id"]))
            payee = known.name if known else ""
        facts: dict[str, notices.Fact] = {
            "payee": payee,
            "amount": Money(item["minor"], item["currency"]),
            "account": item["account"],
            "due": item["due"],
        }
        over = datetime.combine(item["due"] + timedelta(days=1), time(), ZoneInfo(profile.timezone))
        await notices.add(connection, customer_id, "bill_due", facts, about=item["about"], until=over)
