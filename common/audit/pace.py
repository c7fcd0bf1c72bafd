"""How often the head is signed: promptly while little happens, seldom under a load that lasts."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_S = 1.0
REFILL_S = 30.0
MOST = 60.0


class Pace:
    """A bucket of MOST signatures that gains one every REFILL_S; two are never closer than LEAST_S.

    So a lone record is signed for within a second or two, and a year without a quiet minute writes a million
    checkpoints, not thirty.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = MOST
        self._filled_at = clock()
        self._signed_at = float("-inf")

    def due(self) -> bool:
        """Whether there may be a signature now."""
        now = self._clock()
        self._left = min(MOST, self._left + (now - self._filled_at) / REFILL_S)
        self._filled_at = now
        return self._left >= 1 and now - self._signed_at >= LEAST_S

    def spend(self) -> None:
        """There was one."""
        self._left = max(0.0, self._left - 1)
        self._signed_at = self._clock()
