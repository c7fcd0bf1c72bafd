"""Cards and card orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from actions.bank.model.cards import Card, CardOrder
from actions.bank.repository.unit import Connection, Row, rows
from actions.bank.sealing import Sealer

_CARD_FIELDS = tuple(f.name for f in fields(Card))
PIN_TRIES = 3
_ORDER_FIELDS = tuple(f.name for f in fields(CardOrder) if f.name not in ("id", "card_last4", "address"))


def _card(found: Row) -> Card:
    known: dict[str, Any] = {name: found[name] for name in _CARD_FIELDS}
    return Card(**known | {"id": str(found["id"]), "account_id": str(found["account_id"])})


async def of_customer(connection: Connection, customer_id: str, *, lock: bool = False) -> list[Card]:
    """All cards, the oldest first; `lock` keeps others from changing them until the transaction ends."""
    sql = "SELECT * FROM cards WHERE customer_id = %s ORDER BY created_at, id"
    found = await rows(connection, f"{sql} FOR UPDATE" if lock else sql, customer_id)
    return [_card(card) for card in found]


async def freeze(connection: Connection, card_ids: Sequence[str], reason: str, now: datetime) -> None:
    sql = "UPDATE cards SET status = 'frozen', frozen_at = %s, frozen_reason = %s WHERE id = ANY(%s::uuid[])"
    await connection.execute(sql, (now, reason, list(card_ids)))


async def unfreeze(connection: Connection, card_id: str) -> None:
    sql = "UPDATE cards SET status = 'active', frozen_at = NULL, frozen_reason = NULL WHERE id = %s"
    await connection.execute(sql, (card_id,))


def order_place(order_id: object) -> str:
    return f"card_orders.address:{order_id}"


async def orders(connection: Connection, sealer: Sealer, customer_id: str) -> list[CardOrder]:
    """All card orders, the newest first."""
    sql = """
        SELECT card_orders.*, cards.last4 FROM card_orders LEFT JOIN cards ON cards.id = card_orders.card_id
        WHERE card_orders.customer_id = %s ORDER BY ordered_at DESC
    """
    own = await sealer.of(connection, customer_id)
    return [
        CardOrder(
            id=str(found["id"]),
            card_last4=found["last4"],
            address=own.open(found["address"], order_place(found["id"]))["address"],
            **{name: found[name] for name in _ORDER_FIELDS},
        )
        for found in await rows(connection, sql, customer_id)
    ]
