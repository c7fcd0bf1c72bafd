"""Payment orders by their key: which prepared transfer stands for them."""

from __future__ import annotations

from datetime import datetime

from actions.bank.repository.unit import Connection, Row, row


async def by_key(connection: Connection, customer_id: str, key: str) -> Row | None:
    """order_digest and consent_id, if an order came under this key."""
    return await row(connection, "SELECT * FROM core_proposals WHERE customer_id = %s AND key = %s", customer_id, key)


async def by_consent(connection: Connection, customer_id: str, consent_id: str) -> Row | None:
    sql = "SELECT * FROM core_proposals WHERE customer_id = %s AND consent_id::text = %s"
    return await row(connection, sql, customer_id, consent_id)


async def add(
    connection: Connection, customer_id: str, key: str, digest: bytes, consent_id: str, now: datetime
) -> bool:
    """Keep the pair; False, and nothing kept, if the key stands for a transfer already."""
    cursor = await connection.execute(
        "INSERT INTO core_proposals (customer_id, key, order_digest, consent_id, created_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (customer_id, key) DO NOTHING",
        (customer_id, key, digest, consent_id, now),
    )
    return cursor.rowcount == 1
