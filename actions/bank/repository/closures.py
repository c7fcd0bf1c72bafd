"""Agreed closings that fall due, and the end of everything a customer had."""

from __future__ import annotations

from datetime import datetime

from actions.bank.repository.unit import Connection, Row, row

_ENDS = (
    "UPDATE cards SET status = 'cancelled', frozen_at = NULL WHERE customer_id = %(customer)s"
    " AND status NOT IN ('cancelled', 'expired')",
    "UPDATE mandates SET status = 'cancelled', cancelled_at = %(now)s, next_run = NULL"
    " WHERE customer_id = %(customer)s AND status = 'active'",
    "UPDATE standing_orders SET status = 'cancelled', next_run = NULL"
    " WHERE customer_id = %(customer)s AND status IN ('active', 'paused')",
    "UPDATE auto_topups SET status = 'stopped', next_run = NULL WHERE customer_id = %(customer)s",
    "UPDATE accounts SET status = 'closed' WHERE customer_id = %(customer)s",
    "UPDATE account_closures SET closed_at = %(now)s WHERE customer_id = %(customer)s",
)


async def take_due(connection: Connection, job: str, now: datetime) -> Row | None:
    """An agreed closing whose day has come where the customer lives; locked, others skip it."""
    sql = """
        SELECT closures.* FROM account_closures closures JOIN customers ON customers.id = closures.customer_id
        LEFT JOIN worker_failures failed ON failed.job = %s AND failed.item_id = closures.id
        WHERE closed_at IS NULL AND close_on <= (%s AT TIME ZONE customers.timezone)::date
            AND (failed.retry_at IS NULL OR failed.retry_at <= %s)
        ORDER BY close_on, closures.id LIMIT 1 FOR UPDATE OF closures SKIP LOCKED
    """
    return await row(connection, sql, job, now, now)


async def end_everything(connection: Connection, customer_id: str, now: datetime) -> None:
    """Cards, mandates, orders, rules and accounts end together."""
    for sql in _ENDS:
        await connection.execute(sql, {"customer": customer_id, "now": now})
