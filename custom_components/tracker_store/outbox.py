"""Telling an event broker, at least once and in a conversation's order, what was committed.

The rows are written with the events. One relay at a time takes the oldest, publishes them and deletes them; a crash
in between publishes them again, and loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from psycopg import Error
from psycopg.types.json import Jsonb
from psycopg_pool import PoolTimeout
from rasa.core.brokers.broker import EventBroker

from common.database import Pool
from custom_components.tracker_store.journal import Connection

_log = logging.getLogger(__name__)

Shape = Callable[[dict[str, Any]], dict[str, Any]]
"""What the broker's policy makes of a stored event."""

_BATCH = 200
# Rows of a process that died are found this much later.
_POLL_SECONDS = 2.0
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('conversation.outbox'))"


async def add(connection: Connection, key: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Note events for the broker, in the transaction that stores them."""
    await connection.execute(
        "INSERT INTO outbox (conversation_id, payload) SELECT %s, p FROM unnest(%s::jsonb[]) WITH ORDINALITY"
        " AS n (p, place) ORDER BY place",
        (key, [Jsonb(payload) for payload in payloads]),
    )


class Relay:
    """Publishes the outbox to `broker`; `shape` is applied to each event last of all."""

    def __init__(self, pool: Pool, broker: EventBroker, shape: Shape) -> None:
        self._pool = pool
        self._broker = broker
        self._shape = shape
        self._news = asyncio.Event()
        self._open = True
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """There is something new."""
        self._news.set()

    async def close(self) -> None:
        """Publish what is there and stop; what cannot be published stays for the next start."""
        self._open = False
        self.wake()
        await self._task
        await self._drain()

    async def _run(self) -> None:
        while self._open:
            await self._drain()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), _POLL_SECONDS)
            self._news.clear()

    async def _drain(self) -> None:
        try:
            while await self._publish_oldest() == _BATCH:
                pass
        except (Error, PoolTimeout) as error:
            _log.warning("outbox not read: %s; tried again", type(error).__name__)

    async def _publish_oldest(self) -> int:
        """How many rows were published and are gone."""
        if not self._broker.is_ready():
            return 0
        async with self._pool.connection() as connection:
            await connection.execute(_LOCK)
            cursor = await connection.execute(
                "SELECT id, conversation_id, payload FROM outbox ORDER BY id LIMIT %s", (_BATCH,)
            )
            published = self._publish(await cursor.fetchall())
            if published:
                await connection.execute("DELETE FROM outbox WHERE id = ANY(%s)", (published,))
            return len(published)

    def _publish(self, rows: list[dict[str, Any]]) -> list[int]:
        published: list[int] = []
        for row in rows:
            try:
                self._broker.publish({"sender_id": row["conversation_id"], **self._shape(row["payload"])})
            except Exception as error:  # a broker raises what it likes
                _log.warning("event %s not published: %s; tried again", row["id"], type(error).__name__)
                break
            published.append(row["id"])
        return published
