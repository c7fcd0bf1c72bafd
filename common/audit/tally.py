"""Records that may come in floods, told once with a number: bounded rows, true counts."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Error
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from common.audit.record import SYSTEM, AuditRecord
from common.audit.writer import append

WINDOW_S = 60.0
"""A record is written within a second when it is new, and at most once in this time while it repeats."""
MOST = 500
"""Different records a window; what is beyond is counted without saying who."""
_PAUSE_S = 0.5
_NAMELESS = ("address", "target", "session")

logger = logging.getLogger(__name__)

_Key = tuple[object, ...]


@dataclass
class _Counted:
    record: AuditRecord
    waiting: int
    due: float


class Tally:
    """Counts equal records and writes them, with a `count` where there were several.

    A server that dies loses the counts of at most one window, never the first record of it.
    """

    def __init__(self, pool: AsyncConnectionPool[Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._known: dict[_Key, _Counted] = {}
        self._writer: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Write what waits and stop; what a database that is away does not take is lost, and logged by its number."""
        if self._writer:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
            self._writer = None
        try:
            await self.write(everything=True)
        except (Error, PoolTimeout) as error:
            lost = sum(one.waiting for one in self._known.values())
            logger.error("%d refusals could not be recorded: %s", lost, type(error).__name__)

    def add(self, record: AuditRecord) -> None:
        """Count a record; its kind must take a `count`. The first one starts the writing on the running loop."""
        key = _key(record)
        if key not in self._known and len(self._known) >= MOST:
            record = _nameless(record)
            key = _key(record)
        known = self._known.setdefault(key, _Counted(record, 0, self._clock()))
        known.waiting += 1
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_on())

    async def write(self, *, everything: bool = False) -> None:
        """Write what is due; what the database does not take now stays counted."""
        now = self._clock()
        due = {key: one for key, one in self._known.items() if everything or one.due <= now}
        rows = list(_told(due))
        if rows:
            async with self._pool.connection() as connection:
                for row in rows:
                    await append(connection, row.record)
        for row in rows:
            row.counted.waiting -= row.number
            row.counted.due = now + WINDOW_S
        for key, one in due.items():
            if one.waiting == 0 and one.due <= now:
                del self._known[key]

    async def _write_on(self) -> None:
        while True:
            try:
                await self.write()
            except (Error, PoolTimeout) as error:  # counted on, and written when the database is back
                logger.warning("refusals wait to be recorded: %s", type(error).__name__)
            await asyncio.sleep(_PAUSE_S)


@dataclass(frozen=True)
class _Row:
    record: AuditRecord
    counted: _Counted
    number: int


def _told(due: dict[_Key, _Counted]) -> Iterator[_Row]:
    for one in due.values():
        if one.waiting:
            more = {"count": one.waiting} if one.waiting > 1 else {}
            yield _Row(replace(one.record, details={**one.record.details, **more}), one, one.waiting)


def _key(record: AuditRecord) -> _Key:
    details = tuple(sorted(record.details.items()))
    return record.kind, record.actor, record.subject, record.outcome, record.channel, record.country, details


def _nameless(record: AuditRecord) -> AuditRecord:
    details = {name: value for name, value in record.details.items() if name not in _NAMELESS}
    return replace(record, actor=SYSTEM, subject=None, details=details)
