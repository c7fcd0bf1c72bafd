"""An exact limit: a sliding-window log in Redis.

A token bucket refills while the requests arrive and lets more than the limit through; the log does not.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid

from redis.asyncio import Redis

from common.keys import Keyring
from custom_components.security.errors import TooMany

# Redis' own clock decides, so that several servers agree. Returns the microseconds to wait, 0 when let through.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    return tonumber(oldest[2]) + window - now
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
return 0
"""


class RateLimiter:
    """Counts what `subject` does under `scope`; the subject is stored only as a keyed hash."""

    def __init__(self, redis: Redis, keyring: Keyring) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._redis = redis
        self._key = keyring.derive("rate-limit")

    async def count(self, scope: str, subject: str, limit: int, window_s: int = 60) -> None:
        """Let this request through or raise TooMany with the whole seconds to wait."""
        wait_us = await self._script(
            keys=[self._name(scope, subject)], args=[window_s * 1_000_000, limit, uuid.uuid4().hex]
        )
        if wait_us > 0:
            seconds = -(-int(wait_us) // 1_000_000)
            raise TooMany("rate_limited", f"Too many requests: wait {seconds} s.", retry_after=seconds)

    async def check(self, scope: str, subject: str, limit: int, window_s: int = 60) -> None:
        """Raise TooMany when the window is already full, counting nothing."""
        name = self._name(scope, subject)
        seconds_now, _ = await self._redis.time()
        used = await self._redis.zcount(name, (seconds_now - window_s) * 1_000_000, "+inf")
        if used >= limit:
            raise TooMany("rate_limited", f"Too many attempts: wait {window_s} s.", retry_after=window_s)

    def _name(self, scope: str, subject: str) -> str:
        digest = hmac.new(self._key, subject.encode(), hashlib.sha256).hexdigest()
        return f"teller:rate:{scope}:{digest}"
