"""One turn at a time in a conversation: an atomic lock in Redis that its holder keeps alive.

Rasa's own ticket lock lives 60 s against actions of up to 300 s, and its get-issue-set is not atomic. Here
the lock is taken by one `SET NX`, renewed while the turn runs, and given back only by its holder. A holder
that lost it (Redis gone, process frozen) is cancelled before it can save.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.lock_store import LockError, LockStore
from redis.asyncio import Redis
from redis.exceptions import RedisError

from common import settings as teller

logger = logging.getLogger(__name__)

# Shorter than WAIT_SECONDS, so that the turn after a crash waits for the lock instead of being refused.
LIFE_SECONDS = 30.0
WAIT_SECONDS = 45.0
_POLL_SECONDS = 0.02

_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass(frozen=True)
class TurnLock:
    """A held lock; `fence` grows with every holder of the conversation, `mark` is this holder's own."""

    conversation_id: str
    fence: int
    mark: str


class RedisTurnLockStore(LockStore):
    """Rasa's lock store over the Redis of the settings; `endpoints.yml` names this class and nothing else."""

    def __init__(self, endpoint_config: Any = None, *, redis_url: str | None = None, life_s: float = LIFE_SECONDS):
        self._url = redis_url or teller.load().redis_url
        self._life_s = life_s
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()

    @asynccontextmanager
    async def lock(  # type: ignore[override]
        self, conversation_id: str, lock_lifetime: float | None = None, wait_time_in_seconds: float = WAIT_SECONDS
    ) -> AsyncGenerator[TurnLock, None]:
        """Hold the conversation for one turn, however long; raises LockError after waiting in vain.

        `lock_lifetime` is Rasa's and not needed: the lock lives as long as its holder renews it.
        """
        redis = self._redis()
        held = await self._acquire(redis, conversation_id, max(wait_time_in_seconds, _POLL_SECONDS))
        lost = asyncio.Event()
        renewal = asyncio.create_task(self._renew(redis, held, asyncio.current_task(), lost))
        try:
            yield held
        except asyncio.CancelledError:
            if lost.is_set():
                raise LockError("The conversation's lock was lost during the turn.") from None
            raise
        finally:
            renewal.cancel()
            with suppress(asyncio.CancelledError):
                await renewal
            await self._release(redis, held)

    async def _acquire(self, redis: Redis, conversation_id: str, wait_s: float) -> TurnLock:
        mark = uuid.uuid4().hex
        deadline = asyncio.get_running_loop().time() + wait_s
        try:
            while not await redis.set(_key(conversation_id), mark, nx=True, px=int(self._life_s * 1000)):
                if asyncio.get_running_loop().time() >= deadline:
                    raise LockError("Another turn of this conversation is still running.")
                await asyncio.sleep(_POLL_SECONDS)
            fence = await redis.incr(f"{_key(conversation_id)}:fence")
            await redis.expire(f"{_key(conversation_id)}:fence", 86_400)
        except RedisError as error:
            raise LockError(f"The lock store does not answer: {type(error).__name__}") from error
        return TurnLock(conversation_id, fence, mark)

    async def _renew(self, redis: Redis, held: TurnLock, holder: asyncio.Task[Any] | None, lost: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        sure_until = loop.time() + self._life_s
        while True:
            await asyncio.sleep(self._life_s / 4)
            asked_at = loop.time()
            try:
                renewed = await redis.eval(
                    _RENEW, 1, _key(held.conversation_id), held.mark, str(int(self._life_s * 1000))
                )
            except RedisError:
                renewed = asked_at < sure_until
            else:
                sure_until = asked_at + self._life_s
            if not renewed:
                lost.set()
                if holder is not None:
                    holder.cancel()
                return

    @staticmethod
    async def _release(redis: Redis, held: TurnLock) -> None:
        try:
            await redis.eval(_RELEASE, 1, _key(held.conversation_id), held.mark)
        except RedisError as error:
            logger.warning("a conversation's lock could not be given back (%s); it expires", type(error).__name__)

    def _redis(self) -> Redis:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = Redis.from_url(self._url, socket_timeout=5)
        return self._clients[loop]


def _key(conversation_id: str) -> str:
    return f"teller:turn:{conversation_id}"
