"""Which button payloads were just offered in a session: only those may name an intent."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from redis.asyncio import Redis

from common.keys import Keyring

_LIFE_SECONDS = 86_400


class Offers:
    """The payloads of a session's last answer, as keyed hashes in Redis."""

    def __init__(self, redis: Redis, keyring: Keyring) -> None:
        self._redis = redis
        self._key = keyring.derive("offers")

    async def replace(self, session_id: str, payloads: Iterable[str]) -> None:
        """Offer these and take back what was offered before."""
        name, marks = self._name(session_id), [self._mark(session_id, payload) for payload in payloads]
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.delete(name)
            if marks:
                pipeline.sadd(name, *marks)
                pipeline.expire(name, _LIFE_SECONDS)
            await pipeline.execute()

    async def includes(self, session_id: str, payload: str) -> bool:
        """Whether this very payload was offered with the last answer."""
        return bool(await self._redis.sismember(self._name(session_id), self._mark(session_id, payload)))

    def _name(self, session_id: str) -> str:
        return f"teller:offers:{hmac.new(self._key, session_id.encode(), hashlib.sha256).hexdigest()}"

    def _mark(self, session_id: str, payload: str) -> bytes:
        return hmac.new(self._key, f"{session_id}\n{payload}".encode(), hashlib.sha256).digest()
