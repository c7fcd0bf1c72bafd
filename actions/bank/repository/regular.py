"""What leaves accounts by itself: direct debit mandates and standing orders."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from actions.bank.repository import payees
from actions.bank.repository.unit import Connection, Row, row, rows
from actions.bank.sealing import Sealer


async def mandates(connection: Connection, customer_id: str) -> list[Row]:
    """id, account_id, currency, collector, reference, status, last_amount_minor, next_run; by collector."""
    sql = """
        SELECT mandates.*, accounts.currency FROM mandates JOIN accounts ON accounts.id = mandates.account_id
        WHERE mandates.customer_id = %s ORDER BY collector, mandates.id
    """
    return await rows(connection, sql, customer_id)


async def standing_orders(connection: Connection, sealer: Sealer, customer_id: str) -> list[Row]:
    """id, account_id, payee (its name), amount_minor, currency, schedule, next_run, status; by payee."""
    names = {payee.id: payee.name for payee in await payees.of_customer(connection, sealer, customer_id)}
    found = await rows(connection, "SELECT * FROM standing_orders WHERE customer_id = %s", customer_id)
    named = [order | {"payee": names[str(order["payee_id"])]} for order in found]
    return sorted(named, key=lambda order: (order["payee"], str(order["id"])))


async def cancel_mandate(connection: Connection, customer_id: str, mandate_id: str, now: datetime) -> bool:
    """Nothing more is collected under it; one that is cancelled already keeps its time. Whether it ran until now."""
    sql = """
        UPDATE mandates SET status = 'cancelled', cancelled_at = %s, next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status = 'active'
    """
    return (await connection.execute(sql, (now, customer_id, mandate_id))).rowcount > 0


async def pause_standing_order(connection: Connection, customer_id: str, order_id: str) -> bool:
    """Whether it ran until now."""
    sql = """
        UPDATE standing_orders SET status = 'paused', next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status = 'active'
    """
    return (await connection.execute(sql, (customer_id, order_id))).rowcount > 0


async def cancel_standing_order(connection: Connection, customer_id: str, order_id: str) -> bool:
    """Whether it ran until now."""
    sql = """
        UPDATE standing_orders SET status = 'cancelled', next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status <> 'cancelled'
    """
    return (await connection.execute(sql, (customer_id, order_id))).rowcount > 0


async def take_due_order(connection: Connection, job: str, now: datetime) -> Row | None:
    """An order whose day has come where the customer lives; locked, others skip it."""
    sql = """
        SELECT orders.* FROM standing_orders orders JOIN customers ON customers.id = orders.customer_id
        LEFT JOIN worker_failures failed ON failed.job = %s AND failed.item_id = orders.id
        WHERE orders.status = 'active' AND orders.next_run <= (%s AT TIME ZONE customers.timezone)::date
            AND (failed.retry_at IS NULL OR failed.retry_at <= %s)
        ORDER BY orders.next_run, orders.id LIMIT 1 FOR UPDATE OF orders SKIP LOCKED
    """
    return await row(connection, sql, job, now, now)


async def set_next_run(connection: Connection, order_id: UUID, following: date | None) -> None:
    """When the order runs again; without such a day it is finished."""
    sql = """
        UPDATE standing_orders SET next_run = %s::date,
            status = CASE WHEN %s::date IS NULL THEN 'finished' ELSE status END
        WHERE id = %s
    """
    await connection.execute(sql, (following, following, order_id))
