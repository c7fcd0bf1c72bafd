"""What a customer set as the limits of their own transfers."""

from __future__ import annotations

from datetime import datetime

from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, rows


async def own(connection: Connection, customer_id: str, currency: str) -> dict[str, Money]:
    """Period to amount; empty where nothing was ever set."""
    sql = "SELECT period, amount_minor FROM transfer_limits WHERE customer_id = %s AND currency = %s"
    found = await rows(connection, sql, customer_id, currency)
    return {limit["period"]: Money(limit["amount_minor"], currency) for limit in found}


async def set_one(connection: Connection, customer_id: str, period: str, limit: Money, now: datetime) -> None:
    await connection.execute(
        "INSERT INTO transfer_limits (customer_id, currency, period, amount_minor, set_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (customer_id, currency, period) DO UPDATE SET amount_minor = excluded.amount_minor,"
        " set_at = excluded.set_at",
        (customer_id, limit.currency, period, limit.amount_minor, now),
    )
