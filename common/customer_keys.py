"""Data keys of customers (and of guests' conversations) in the schema `keys`, wrapped by a key-encryption key.

Nothing is cached: a destroyed key opens nothing from the next statement on, in every process.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection, errors

from common.key_wrapping import KeyWrapper


class KeyDestroyedError(RuntimeError):
    """There is no key for this owner: it was destroyed, or none was ever made."""


def customer(customer_id: object) -> str:
    """The owner's name of a customer's key."""
    return f"customer:{customer_id}"


def conversation(conversation_id: str) -> str:
    """The owner's name of the key of a conversation that belongs to no customer."""
    return f"conversation:{conversation_id}"


GUESTS = "guests"
"""The owner's name of the key for what guests leave with the bank."""


class DataKeys:
    """Reads and makes keys within the caller's transaction; the connection's role needs the schema `keys`."""

    def __init__(self, wrapper: KeyWrapper) -> None:
        self._wrapper = wrapper

    async def find(self, connection: AsyncConnection[Any], owner: str) -> bytes:
        """The owner's key of 32 bytes; raises KeyDestroyedError without one, WrappingError for one that is unusable."""
        key = await self._read(connection, owner)
        if key is None:
            raise KeyDestroyedError("there is no key for this data: its owner was erased")
        return key

    async def find_or_make(self, connection: AsyncConnection[Any], owner: str) -> bytes:
        """The owner's key, made at the first use; raises KeyDestroyedError for a customer who was erased."""
        found = await self._read(connection, owner)
        if found is not None:
            return found
        kek_id, wrapped = await self._wrapper.wrap(AESGCM.generate_key(256), _context(owner))
        try:
            await connection.execute(
                "INSERT INTO keys.data_keys (owner, kek_id, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (owner, kek_id, wrapped),
            )
        except errors.RestrictViolation:
            raise KeyDestroyedError("there is no key for this data: its owner was erased") from None
        return await self.find(connection, owner)

    async def rewrap(self, connection: AsyncConnection[Any], limit: int = 200) -> int:
        """Wrap up to `limit` keys anew by the active key-encryption key; how many there were. Needs the role `keys`."""
        cursor = await connection.execute(
            "SELECT owner, kek_id, wrapped FROM keys.data_keys WHERE kek_id <> %s"
            " ORDER BY owner LIMIT %s FOR UPDATE SKIP LOCKED",
            (await self._wrapper.active_id(), limit),
        )
        rows: list[Any] = await cursor.fetchall()
        for row in rows:
            key = await self._wrapper.unwrap(row["kek_id"], row["wrapped"], _context(row["owner"]))
            kek_id, wrapped = await self._wrapper.wrap(key, _context(row["owner"]))
            await connection.execute(
                "UPDATE keys.data_keys SET kek_id = %s, wrapped = %s WHERE owner = %s",
                (kek_id, wrapped, row["owner"]),
            )
        return len(rows)

    async def _read(self, connection: AsyncConnection[Any], owner: str) -> bytes | None:
        cursor = await connection.execute("SELECT kek_id, wrapped FROM keys.data_keys WHERE owner = %s", (owner,))
        row: Any = await cursor.fetchone()
        return None if row is None else await self._wrapper.unwrap(row["kek_id"], row["wrapped"], _context(owner))


def _context(owner: str) -> bytes:
    return f"data-key\0{owner}".encode()
