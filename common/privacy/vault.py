"""Values that a running form still needs, encrypted in `conversation.vault` until the form or an hour ends.

Envelope encryption: AES-256-GCM under the data key of the customer, or of the conversation where there is none
(common/customer_keys.py). Associated data bind each ciphertext to its row, conversation, field and key owner, so that
a swapped one cannot be opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection

from common.customer_keys import DataKeys, KeyDestroyedError
from common.key_wrapping import WrappingError

_NONCE_BYTES = 12


class VaultError(RuntimeError):
    """A ciphertext or a wrapped key was changed, moved, destroyed, or belongs to another key."""


class Vault:
    """Stores and reads within the caller's transaction."""

    def __init__(self, keys: DataKeys, life_seconds: int) -> None:
        self._keys = keys
        self._life = timedelta(seconds=life_seconds)

    async def store(
        self, connection: AsyncConnection[Any], conversation_id: str, owner: str, values: Mapping[str, tuple[str, Any]]
    ) -> None:
        """Add `values`, which maps a row id to its field and JSON-like value, under the key of `owner`."""
        if not values:
            return
        try:
            cipher = AESGCM(await self._keys.find_or_make(connection, owner))
        except (KeyDestroyedError, WrappingError) as error:
            raise VaultError(str(error)) from None
        rows = [
            (
                UUID(row),
                conversation_id,
                field,
                _seal(cipher, value, _row_data(row, conversation_id, field, owner)),
                owner,
                self._life,
            )
            for row, (field, value) in values.items()
        ]
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO conversation.vault (id, conversation_id, field, sealed, key_owner, expires_at)"
                " VALUES (%s, %s, %s, %s, %s, now() + %s)",
                rows,
            )

    async def load(self, connection: AsyncConnection[Any], conversation_id: str) -> dict[str, Any]:
        """Row id → value of everything that has not expired; raises VaultError for what cannot be opened."""
        cursor = await connection.execute(
            "SELECT id, field, sealed, key_owner FROM conversation.vault"
            " WHERE conversation_id = %s AND expires_at > now()",
            (conversation_id,),
        )
        rows: list[Any] = await cursor.fetchall()
        ciphers: dict[str, AESGCM] = {}
        for owner in {row["key_owner"] for row in rows}:
            try:
                ciphers[owner] = AESGCM(await self._keys.find(connection, owner))
            except (KeyDestroyedError, WrappingError) as error:
                raise VaultError(str(error)) from None
        return {
            str(row["id"]): _open(
                ciphers[row["key_owner"]],
                row["sealed"],
                _row_data(str(row["id"]), conversation_id, row["field"], row["key_owner"]),
            )
            for row in rows
        }

    async def forget(
        self, connection: AsyncConnection[Any], conversation_id: str, fields: Collection[str] | None = None
    ) -> None:
        """Delete the values of `fields`, or of all; and whatever has expired in this conversation."""
        await connection.execute(
            "DELETE FROM conversation.vault WHERE conversation_id = %s"
            " AND (%s OR field = ANY(%s) OR expires_at <= now())",
            (conversation_id, fields is None, list(fields or ())),
        )

    async def purge(self, connection: AsyncConnection[Any]) -> int:
        """Delete every expired value; how many there were."""
        cursor = await connection.execute("DELETE FROM conversation.vault WHERE expires_at <= now()")
        return cursor.rowcount


def _seal(cipher: AESGCM, value: Any, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, json.dumps(value, default=str).encode(), data)


def _open(cipher: AESGCM, sealed: bytes, data: bytes) -> Any:
    try:
        return json.loads(cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], data))
    except (InvalidTag, ValueError):
        raise VaultError("a vault value cannot be opened") from None


def _row_data(row: str, conversation_id: str, field: str, owner: str) -> bytes:
    return json.dumps(["vault", row, conversation_id, field, owner]).encode()
