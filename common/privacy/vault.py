"""Values that a running form still needs, encrypted in `conversation.vault` until the form or an hour ends.

Envelope encryption: AES-256-GCM under a data key of the conversation, which lies wrapped by a key-encryption
key. Associated data bind each ciphertext to its row, conversation and field, and each wrapped key to its
conversation, so that a swapped one cannot be opened.
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

from common.keys import Keyring

_NONCE_BYTES = 12


class VaultError(RuntimeError):
    """A ciphertext or a wrapped key was changed, moved, or belongs to another key."""


class Vault:
    """Stores and reads within the caller's transaction."""

    def __init__(self, keyring: Keyring, life_seconds: int) -> None:
        self._keyring = keyring
        self._life = timedelta(seconds=life_seconds)

    async def store(
        self, connection: AsyncConnection[Any], conversation_id: str, values: Mapping[str, tuple[str, Any]]
    ) -> None:
        """Add `values`, which maps a row id to its field and JSON-like value."""
        if not values:
            return
        cipher = AESGCM(await self._data_key(connection, conversation_id))
        rows = [
            (
                UUID(row),
                conversation_id,
                field,
                _seal(cipher, value, _row_data(row, conversation_id, field)),
                self._life,
            )
            for row, (field, value) in values.items()
        ]
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO conversation.vault (id, conversation_id, field, sealed, expires_at)"
                " VALUES (%s, %s, %s, %s, now() + %s)",
                rows,
            )

    async def load(self, connection: AsyncConnection[Any], conversation_id: str) -> dict[str, Any]:
        """Row id → value of everything that has not expired; raises VaultError for what cannot be opened."""
        cursor = await connection.execute(
            "SELECT v.id, v.field, v.sealed, k.kek_id, k.wrapped FROM conversation.vault v"
            " JOIN conversation.data_keys k USING (conversation_id)"
            " WHERE v.conversation_id = %s AND v.expires_at > now()",
            (conversation_id,),
        )
        rows = await cursor.fetchall()
        if not rows:
            return {}
        cipher = AESGCM(self._unwrap(conversation_id, rows[0]["kek_id"], rows[0]["wrapped"]))
        return {
            str(row["id"]): _open(cipher, row["sealed"], _row_data(str(row["id"]), conversation_id, row["field"]))
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

    async def _data_key(self, connection: AsyncConnection[Any], conversation_id: str) -> bytes:
        fresh = AESGCM.generate_key(256)
        key_id = self._keyring.active_id
        cursor = await connection.execute(
            # The pointless update makes the row visible to RETURNING when another turn has made it first.
            "INSERT INTO conversation.data_keys (conversation_id, kek_id, wrapped) VALUES (%s, %s, %s)"
            " ON CONFLICT (conversation_id) DO UPDATE SET conversation_id = excluded.conversation_id"
            " RETURNING kek_id, wrapped",
            (conversation_id, key_id, self._wrap(conversation_id, key_id, fresh)),
        )
        row: Any = await cursor.fetchone()
        return self._unwrap(conversation_id, row["kek_id"], row["wrapped"])

    def _wrap(self, conversation_id: str, key_id: str, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._keyring.kek(key_id)).encrypt(nonce, key, _key_data(conversation_id, key_id))

    def _unwrap(self, conversation_id: str, key_id: str, wrapped: bytes) -> bytes:
        try:
            cipher = AESGCM(self._keyring.kek(key_id))
            return cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _key_data(conversation_id, key_id))
        except InvalidTag:
            raise VaultError("a wrapped data key cannot be opened") from None


def _seal(cipher: AESGCM, value: Any, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, json.dumps(value, default=str).encode(), data)


def _open(cipher: AESGCM, sealed: bytes, data: bytes) -> Any:
    try:
        return json.loads(cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], data))
    except InvalidTag:
        raise VaultError("a vault value cannot be opened") from None


def _row_data(row: str, conversation_id: str, field: str) -> bytes:
    return json.dumps(["vault", row, conversation_id, field]).encode()


def _key_data(conversation_id: str, key_id: str) -> bytes:
    return json.dumps(["data-key", conversation_id, key_id]).encode()
