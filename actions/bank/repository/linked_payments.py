"""Orders to pay from accounts at another bank, sealed by their customers' keys, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from actions.bank.core.values import AccountNumber, CoreAccount, PaymentOrder
from actions.bank.model.money import Money
from actions.bank.repository import failures
from actions.bank.repository.unit import Connection, Row, row
from actions.bank.sealing import Sealer

# How long a customer may think about a summary.
ASKED_LIFE = timedelta(minutes=15)


def place(order_id: object) -> str:
    """Where the seal of an order says it is."""
    return f"linked_payments.sealed:{order_id}"


async def add(connection: Connection, sealer: Sealer, customer_id: str, order: PaymentOrder, now: datetime) -> None:
    """Keep an order that is put to the customer; what they were asked before and let be is forgotten."""
    await connection.execute(
        "DELETE FROM linked_payments WHERE customer_id = %s AND state = 'asked' AND created_at <= %s",
        (customer_id, now - ASKED_LIFE),
    )
    own = await sealer.of(connection, customer_id)
    await connection.execute(
        "INSERT INTO linked_payments (id, customer_id, state, sealed, created_at, changed_at)"
        " VALUES (%s, %s, 'asked', %s, %s, %s)",
        (order.key, customer_id, own.seal(_written(order), place(order.key)), now, now),
    )


async def find(connection: Connection, customer_id: str, **by: str) -> Row | None:
    """The order with this `id` or `consent_id`, its row locked."""
    [(column, value)] = by.items()
    columns = {"id": "id = %s", "consent_id": "consent_id = %s"}
    sql = f"SELECT * FROM linked_payments WHERE customer_id = %s AND {columns[column]} FOR UPDATE"  # nosec B608: fixed texts
    return await row(connection, sql, customer_id, value)


async def order_of(connection: Connection, sealer: Sealer, found: Row) -> PaymentOrder:
    own = await sealer.of(connection, found["customer_id"])
    return _read(str(found["id"]), own.open(found["sealed"], place(found["id"])))


async def change(
    connection: Connection,
    order_id: object,
    state: str,
    now: datetime,
    *,
    consent_id: str | None = None,
    payment_id: str | None = None,
) -> None:
    await connection.execute(
        "UPDATE linked_payments SET state = %s, changed_at = %s, consent_id = coalesce(%s, consent_id),"
        " payment_id = coalesce(%s, payment_id) WHERE id = %s",
        (state, now, consent_id, payment_id, order_id),
    )


async def take_open(connection: Connection, job: str, before: datetime, now: datetime) -> Row | None:
    """The oldest order whose end is not known and that was last looked at before `before`; others skip it.

    For a minute after the bank has failed for any of them, there is none.
    """
    return await row(
        connection,
        "SELECT * FROM linked_payments p WHERE state IN ('authorised', 'pending') AND changed_at <= %s"
        " AND NOT EXISTS (SELECT FROM worker_failures WHERE job = %s"
        " AND (item_id = p.id AND retry_at > %s OR failed_at > %s))"
        " ORDER BY changed_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        before,
        job,
        now,
        now - failures.FIRST_PAUSE,
    )


def _written(order: PaymentOrder) -> Mapping[str, Any]:
    account = order.account
    return {
        "account": [account.id, account.name, account.currency, account.holder, account.status],
        "numbers": [[number.scheme, number.value] for number in account.numbers],
        "payee": order.payee,
        "number": [order.number.scheme, order.number.value],
        "amount": [order.amount.amount_minor, order.amount.currency],
    }


def _read(key: str, said: Mapping[str, Any]) -> PaymentOrder:
    account_id, name, currency, holder, status = said["account"]
    numbers = tuple(AccountNumber(scheme, value) for scheme, value in said["numbers"])
    account = CoreAccount(account_id, name, currency, holder, numbers, status)
    return PaymentOrder(key, account, said["payee"], AccountNumber(*said["number"]), Money(*said["amount"]))
