"""Who owns which conversation, and the first answer to every message, in the schema `identity`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection, Error
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from common.audit.writer import append
from common.keys import Keyring
from custom_components.security.audit import DoorAudit
from custom_components.security.errors import Conflict, Forbidden, Missing, Withheld

ANSWER_HOURS = 24
# A running turn renews its claim; what a crashed server left running may be tried again this much later.
LEASE_SECONDS = 20
_NONCE_BYTES = 12
_RUNNING = "This message is still being answered; ask again shortly."


@dataclass(frozen=True)
class Turn:
    """One message on its way: `first_answer` is set when it was answered before."""

    owner: str
    session_id: str
    message_id: str
    attempt: str
    first_answer: dict[str, Any] | None = None


class Sessions:
    """Conversations by owner (a principal's pseudonym), and at most one answer to each message id."""

    def __init__(self, pool: AsyncConnectionPool[Any], keyring: Keyring, audit: DoorAudit) -> None:
        self._pool = pool
        self._audit = audit
        self._words_key = keyring.derive("answer-words")
        self._cipher = AESGCM(keyring.derive("answers"))

    async def begin(self, owner: str, session_id: str | None, message_id: str, words: str, channel: str) -> Turn:
        """Claim a message, or find its first answer.

        Raises Forbidden for another's session, Conflict when the message still runs or came with other words.
        """
        turn = Turn(owner, session_id or uuid.uuid4().hex, message_id, str(uuid.uuid4()))
        words_mac = hmac.new(self._words_key, words.encode(), hashlib.sha256).digest()
        async with self._pool.connection() as connection:
            earlier = await self._row(
                connection,
                "SELECT * FROM answers WHERE owner = %s AND message_id = %s AND expires_at > now()"
                " AND (sealed IS NOT NULL OR lease_ends > now())",
                owner,
                message_id,
            )
            if earlier is None:
                await self._open(connection, owner, turn.session_id, channel)
                claimed = await self._row(
                    connection,
                    "INSERT INTO answers AS a VALUES (%s, %s, %s, %s, %s, now() + make_interval(secs => %s), NULL,"
                    " now() + make_interval(hours => %s)) ON CONFLICT (owner, message_id) DO UPDATE SET"
                    " session_id = excluded.session_id, words_mac = excluded.words_mac, attempt = excluded.attempt,"
                    " lease_ends = excluded.lease_ends, sealed = NULL, expires_at = excluded.expires_at"
                    " WHERE a.expires_at <= now() OR (a.sealed IS NULL AND a.lease_ends <= now()) RETURNING owner",
                    owner,
                    message_id,
                    turn.session_id,
                    words_mac,
                    turn.attempt,
                    LEASE_SECONDS,
                    ANSWER_HOURS,
                )
                if claimed is None:
                    raise Conflict("message_running", _RUNNING, retry_after=1)
                return turn
        if not hmac.compare_digest(earlier["words_mac"], words_mac) or session_id not in (None, earlier["session_id"]):
            raise Conflict("message_id_reused", "This message_id was already used for another message.")
        if earlier["sealed"] is None:
            raise Conflict("message_running", _RUNNING, retry_after=1)
        answer = self._unseal(owner, message_id, earlier["sealed"])
        return Turn(owner, earlier["session_id"], message_id, turn.attempt, answer)

    async def keep(self, turn: Turn) -> None:
        """Renew the claim on a message until cancelled; a database that is away is asked again."""
        while True:
            await asyncio.sleep(LEASE_SECONDS / 4)
            with suppress(Error, PoolTimeout):
                await self._run(
                    "UPDATE answers SET lease_ends = now() + make_interval(secs => %s)"
                    " WHERE owner = %s AND message_id = %s AND attempt = %s",
                    LEASE_SECONDS,
                    turn.owner,
                    turn.message_id,
                    turn.attempt,
                )

    async def finish(self, turn: Turn, answer: dict[str, Any]) -> None:
        """Keep the first answer, encrypted and bound to its owner and message id."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, json.dumps(answer).encode(), _bound(turn.owner, turn.message_id))
        await self._run(
            "UPDATE answers SET sealed = %s WHERE owner = %s AND message_id = %s AND attempt = %s",
            sealed,
            turn.owner,
            turn.message_id,
            turn.attempt,
        )

    async def abandon(self, turn: Turn) -> None:
        """Forget a message whose turn failed, so that it may be sent again."""
        await self._run(
            "DELETE FROM answers WHERE owner = %s AND message_id = %s AND attempt = %s AND sealed IS NULL",
            turn.owner,
            turn.message_id,
            turn.attempt,
        )

    async def list(self, owner: str) -> list[dict[str, Any]]:
        """The owner's sessions, the latest first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT * FROM sessions WHERE owner = %s AND erased_at IS NULL ORDER BY last_seen_at DESC LIMIT 100",
                (owner,),
            )
            return list(await cursor.fetchall())

    async def names(self, owner: str) -> Sequence[str]:
        """The ids of all the owner's sessions, the latest first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT session_id FROM sessions WHERE owner = %s AND erased_at IS NULL ORDER BY last_seen_at DESC",
                (owner,),
            )
            return [row["session_id"] for row in await cursor.fetchall()]

    async def get(self, owner: str, session_id: str) -> dict[str, Any]:
        """One of the owner's sessions; raises Missing for anything else, and Withheld, a Missing, for another's."""
        async with self._pool.connection() as connection:
            row = await self._row(
                connection,
                "SELECT * FROM sessions WHERE owner = %s AND session_id = %s AND erased_at IS NULL",
                owner,
                session_id,
            )
            if row is not None:
                return row
            query = "SELECT owner FROM sessions WHERE session_id = %s AND owner <> %s"
            withheld = await self._row(connection, query, session_id, owner) is not None
        raise (Withheld if withheld else Missing)("session_not_found", "There is no such session.")

    async def erase(self, owner: str, session_id: str) -> None:
        """Forget the answers of a session; its name stays taken, so that nobody can move in."""
        async with self._pool.connection() as connection:
            await connection.execute("DELETE FROM answers WHERE owner = %s AND session_id = %s", (owner, session_id))
            await connection.execute(
                "UPDATE sessions SET erased_at = now() WHERE owner = %s AND session_id = %s", (owner, session_id)
            )
            await append(connection, self._audit.erased("session", session_id))

    async def forget_expired(self) -> None:
        """Drop answers older than their day."""
        await self._run("DELETE FROM answers WHERE expires_at < now()")

    async def _open(self, connection: AsyncConnection[Any], owner: str, session_id: str, channel: str) -> None:
        row = await self._row(
            connection,
            "INSERT INTO sessions AS s (session_id, owner, channel) VALUES (%s, %s, %s) ON CONFLICT (session_id)"
            " DO UPDATE SET last_seen_at = now() WHERE s.owner = excluded.owner AND s.erased_at IS NULL"
            " RETURNING s.session_id",
            session_id,
            owner,
            channel,
        )
        if row is None:
            raise Forbidden("session_forbidden", "This session is not yours.")

    @staticmethod
    async def _row(connection: AsyncConnection[Any], query: str, *values: Any) -> dict[str, Any] | None:
        return await (await connection.execute(query, values)).fetchone()

    async def _run(self, query: str, *values: Any) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(query, values)

    def _unseal(self, owner: str, message_id: str, sealed: bytes) -> dict[str, Any]:
        plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(owner, message_id))
        return json.loads(plain)


def _bound(owner: str, message_id: str) -> bytes:
    return f"{owner}\n{message_id}".encode()
