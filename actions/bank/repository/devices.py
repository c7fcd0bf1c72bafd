"""The customer's devices, their sessions, wallet cards and passcode."""

from __future__ import annotations

from datetime import datetime

from actions.bank.model.customers import Device
from actions.bank.repository.unit import Connection, row, rows


def place(device_id: object) -> str:
    return f"devices.sealed:{device_id}"


async def of_customer(connection: Connection, customer_id: str, *, lock: bool = False) -> list[Device]:
    """Devices that are still signed in, the one seen last first, with the cards in their wallets."""
    sql = "SELECT * FROM devices WHERE customer_id = %s AND revoked_at IS NULL ORDER BY last_seen DESC"
    wallets = """
        SELECT wallet || ' (card ending ' || last4 || ')' AS name FROM wallet_tokens
        JOIN cards ON cards.id = card_id WHERE device_id = %s AND wallet_tokens.status <> 'removed' ORDER BY 1
    """
    own = await connection.sealer.of(connection, customer_id)
    return [
        Device(
            id=str(found["id"]),
            name=own.open(found["sealed"], place(found["id"]))["name"] if found["sealed"] else found["name"],
            platform=found["platform"],
            trusted=found["trusted"],
            last_seen=found["last_seen"],
            wallet_cards=tuple(one["name"] for one in await rows(connection, wallets, found["id"])),
        )
        for found in await rows(connection, f"{sql} FOR UPDATE" if lock else sql, customer_id)
    ]


async def revoke(connection: Connection, device_id: str, now: datetime) -> None:
    """Sign a device out for good: itself, its sessions, and the cards in its wallets."""
    await connection.execute("UPDATE devices SET revoked_at = %s, trusted = false WHERE id = %s", (now, device_id))
    await connection.execute(
        "UPDATE app_sessions SET ended_at = %s WHERE device_id = %s AND ended_at IS NULL", (now, device_id)
    )
    await connection.execute("UPDATE wallet_tokens SET status = 'removed' WHERE device_id = %s", (device_id,))


async def start_reset(connection: Connection, customer_id: str, now: datetime, until: datetime) -> None:
    await connection.execute(
        "INSERT INTO passcode_locks (customer_id, reset_sent_at, reset_expires_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (customer_id) DO UPDATE SET reset_sent_at = excluded.reset_sent_at,"
        " reset_expires_at = excluded.reset_expires_at",
        (customer_id, now, until),
    )


async def locked_at(connection: Connection, customer_id: str) -> datetime | None:
    found = await row(connection, "SELECT locked_at FROM passcode_locks WHERE customer_id = %s", customer_id)
    return found["locked_at"] if found else None
