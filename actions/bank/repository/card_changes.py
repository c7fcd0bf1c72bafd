"""Writing cards: their switches, limits, orders, wallets and secure views. The caller has checked whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from psycopg import sql

from actions.bank.model.money import Money
from actions.bank.repository.cards import order_place
from actions.bank.repository.unit import Connection, Row, insert, row, rows
from actions.bank.sealing import Sealer


async def set_values(connection: Connection, card_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of one card."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    statement = sql.SQL("UPDATE cards SET {} WHERE id = %(card_id)s").format(assignments)
    await connection.execute(statement, {**values, "card_id": card_id})


async def set_limit(connection: Connection, card_id: str, code: str, limit: Money, now: datetime) -> None:
    await connection.execute(
        "INSERT INTO card_limits (card_id, code, amount_minor, currency, set_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (card_id, code) DO UPDATE SET amount_minor = excluded.amount_minor,"
        " currency = excluded.currency, set_at = excluded.set_at",
        (card_id, code, limit.amount_minor, limit.currency, now),
    )


async def limits(connection: Connection, card_id: str) -> dict[str, Money]:
    """What the customer set for one card, by code."""
    found = await rows(connection, "SELECT * FROM card_limits WHERE card_id = %s", card_id)
    return {limit["code"]: Money(limit["amount_minor"], limit["currency"]) for limit in found}


async def open_view(
    connection: Connection, customer_id: str, kind: str, card_id: str | None, now: datetime, until: datetime
) -> None:
    """Open a one-time view in the app; the row is also the log that it was opened."""
    await insert(
        connection,
        "secure_views",
        {
            "id": uuid4(),
            "customer_id": customer_id,
            "card_id": card_id,
            "kind": kind,
            "opened_at": now,
            "expires_at": until,
        },
    )


async def add(connection: Connection, fields: Mapping[str, Any]) -> str:
    """Insert a card; returns its id."""
    card_id = str(uuid4())
    await insert(connection, "cards", {"id": card_id, **fields})
    return card_id


async def add_order(connection: Connection, sealer: Sealer, address: str, fields: Mapping[str, Any]) -> str:
    """Insert a card order; `fields` are columns of bank.card_orders. Returns its number."""
    order_id = uuid4()
    own = await sealer.of(connection, fields["customer_id"])
    sealed = own.seal({"address": address}, order_place(order_id))
    await insert(connection, "card_orders", {"id": order_id, "address": sealed, **fields})
    found = await row(connection, "SELECT number FROM card_orders WHERE id = %s", order_id)
    return str(found["number"]) if found else ""


async def open_order(connection: Connection, customer_id: str, kinds: tuple[str, ...]) -> Row | None:
    """The newest order of these kinds that has not arrived."""
    query = """
        SELECT * FROM card_orders WHERE customer_id = %s AND kind = ANY(%s) AND status IN ('ordered', 'dispatched')
        ORDER BY ordered_at DESC LIMIT 1
    """
    return await row(connection, query, customer_id, list(kinds))


async def remove_from_wallets(connection: Connection, card_id: str) -> None:
    await connection.execute("UPDATE wallet_tokens SET status = 'removed' WHERE card_id = %s", (card_id,))


async def scheme(connection: Connection, country: str, kind: str) -> str | None:
    """The scheme of the cards of this kind that are issued in a country."""
    query = "SELECT scheme FROM schemes WHERE country = %s AND card_kind = %s ORDER BY scheme LIMIT 1"
    found = await row(connection, query, country, kind)
    return str(found["scheme"]) if found else None
