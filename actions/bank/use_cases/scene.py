"""For whom a policy is read, and the small reads that all groups of facts share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from actions.bank import wording
from actions.bank.model.money import Money
from actions.bank.repository import policies
from actions.bank.repository.unit import Connection, Row, row, rows
from actions.bank.rules import period_starts

GUEST_PLAN, GUEST_COUNTRY, GUEST_CURRENCY, GUEST_TIMEZONE = "standard", "GB", "GBP", "Europe/London"
NOT_OFFERED = "not offered"


@dataclass(frozen=True, slots=True)
class Scene:
    """`customer_id` is None for a guest; `held` are the currencies of the customer's accounts."""

    connection: Connection
    now: datetime
    customer_id: str | None
    plan: str
    country: str
    currency: str
    timezone: str
    held: tuple[str, ...]

    async def rows(self, sql: str, *parameters: object) -> list[Row]:
        return await rows(self.connection, sql, *parameters)

    async def row(self, sql: str, *parameters: object) -> Row | None:
        return await row(self.connection, sql, *parameters)

    async def column(self, sql: str, *parameters: object) -> list[str]:
        """The first column of all rows, as texts."""
        return [str(next(iter(found.values()))) for found in await self.rows(sql, *parameters)]

    async def fee(self, code: str, currency: str | None = None) -> str:
        """`free`, `£5.00`, `2%`, or `not offered`; the scene's currency where the fee exists in it, else any."""
        found = await self.fee_row(code, currency)
        return NOT_OFFERED if found is None else wording.fee(found["fixed_minor"], found["rate_bp"], found["currency"])

    async def fee_row(self, code: str, currency: str | None = None) -> Row | None:
        sql = "SELECT * FROM fees WHERE code = %s AND plan = %s ORDER BY currency = %s DESC, currency LIMIT 1"
        return await self.row(sql, code, self.plan, currency or self.currency)

    async def allowance(self, code: str) -> Money | None:
        """The monthly amount that is free of this fee."""
        found = await self.fee_row(code)
        if found is None or found["free_allowance_minor"] is None:
            return None
        return Money(found["free_allowance_minor"], found["currency"])

    async def limit(self, code: str, period: str, plan: str | None = None) -> str:
        """An amount or a count, or `not offered`."""
        money = await self.limit_money(code, period, plan)
        if money is not None:
            return money.format()
        sql = "SELECT count FROM limits WHERE code = %s AND plan = %s AND period = %s AND count IS NOT NULL"
        found = await self.row(sql, code, plan or self.plan, period)
        return NOT_OFFERED if found is None else str(found["count"])

    async def limit_money(self, code: str, period: str, plan: str | None = None) -> Money | None:
        sql = """
            SELECT amount_minor, currency FROM limits WHERE code = %s AND plan = %s AND period = %s
            AND amount_minor IS NOT NULL ORDER BY currency = %s DESC, currency LIMIT 1
        """
        found = await self.row(sql, code, plan or self.plan, period, self.currency)
        return None if found is None else Money(found["amount_minor"], found["currency"])

    async def text(self, key: str) -> str:
        return await policies.text(self.connection, key, self.country)

    async def used(self, kind: str, period: str, method: str | None = None) -> Money:
        """What the customer moved by transactions of this kind in the running day or month, in the scene's currency."""
        sql = """
            SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM transactions
            WHERE customer_id = %s AND kind = %s AND currency = %s AND created_at >= %s
              AND status IN ('pending', 'completed') AND (%s::text IS NULL OR method = %s)
        """
        since = period_starts(self.now, self.timezone)[period]
        found = await self.row(sql, self.customer_id, kind, self.currency, since, method, method)
        return Money(int(found["minor"]) if found else 0, self.currency)


Group = Callable[[Scene], Awaitable[dict[str, str]]]
