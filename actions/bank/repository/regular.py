"""What leaves accounts by itself: direct debit mandates and standing orders."""

from __future__ import annotations

from datetime import datetime

from actions.bank.repository.unit import Connection, Row, rows


async def mandates(connection: Connection, customer_id: str) -> list[Row]:
    """id, account_id, currency, collector, reference, status, last_amount_minor, next_run; by collector."""
    sql = """
        SELECT mandates.*, accounts.currency FROM mandates JOIN accounts ON accounts.id = mandates.account_id
        WHERE mandates.customer_id = %s ORDER BY collector, mandates.id
    """
    return await rows(connection, sql, customer_id)


async def standing_orders(connection: Connection, customer_id: str) -> list[Row]:
    """id, account_id, payee (its name), amount_minor, currency, schedule, next_run, status; by payee."""
    sql = """
        SELECT standing_orders.*, payees.name AS payee FROM standing_orders
        JOIN payees ON payees.id = standing_orders.payee_id
        WHERE standing_orders.customer_id = %s ORDER BY payees.name, standing_orders.id
    """
    return await rows(connection, sql, customer_id)


async def cancel_mandate(connection: Connection, customer_id: str, mandate_id: str, now: datetime) -> None:
    """Nothing more is collected under it; one that is cancelled already keeps its time."""
    sql = """
        UPDATE mandates SET status = 'cancelled', cancelled_at = %s, next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status = 'active'
    """
    await connection.execute(sql, (now, customer_id, mandate_id))


async def cancel_standing_order(connection: Connection, customer_id: str, order_id: str) -> None:
    sql = """
        UPDATE standing_orders SET status = 'cancelled', next_run = NULL
        WHERE customer_id = %s AND id::text = %s AND status <> 'cancelled'
    """
    await connection.execute(sql, (customer_id, order_id))
