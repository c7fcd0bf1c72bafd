"""Waiting for somebody else's system for so long and no longer, without breaking off what was begun there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from actions.bank.core.errors import CoreUnavailable

T = TypeVar("T")


class Within:
    """What takes too long goes on in the background; `close` lets it end."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def __call__(self, seconds: int, asking: Coroutine[Any, Any, T]) -> T:
        """The answer; raises CoreUnavailable when the time is over."""
        task = asyncio.create_task(asking)
        self._running.add(task)
        task.add_done_callback(self._done)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise CoreUnavailable()
        return task.result()

    async def close(self, seconds: int) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()
