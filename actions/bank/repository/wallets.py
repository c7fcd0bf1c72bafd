"""Which wallets there are, and which cards stand in them."""

from __future__ import annotations

from actions.bank.repository.unit import Connection, row, rows


async def offered(connection: Connection, country: str) -> frozenset[str]:
    """The wallets that can pay in a country."""
    found = await rows(connection, "SELECT wallet FROM wallets WHERE country = %s AND payments", country)
    return frozenset(one["wallet"] for one in found)


async def holds(connection: Connection, card_id: str, device_id: str) -> bool:
    sql = "SELECT FROM wallet_tokens WHERE card_id = %s AND device_id = %s AND status <> 'removed'"
    return await row(connection, sql, card_id, device_id) is not None
