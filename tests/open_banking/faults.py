"""What can go wrong at a bank, on demand: faults wait in line for the next requests they fit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Fault:
    """`before` the request is worked on or after it; `hang` seconds, then drop the connection or go on.

    `answer` replaces the status (with its headers), `mangle` changes a finished answer, `say` what the bank says
    before it signs it.
    """

    before: bool = False
    hang: float = 0.0
    drop: bool = False
    answer: tuple[int, dict[str, str]] | None = None
    mangle: Callable[[Answer], Answer] | None = None
    say: Callable[[dict[str, Any]], None] | None = None


TAKEN_THEN_DROPPED = Fault(drop=True)
DROPPED_BEFORE = Fault(before=True, drop=True)
BROKEN = Fault(before=True, answer=(500, {}))
TAKEN_THEN_BROKEN = Fault(answer=(500, {}))


def busy(seconds: int) -> Fault:
    return Fault(before=True, answer=(429, {"Retry-After": str(seconds)}))


def taken_then_silent(seconds: float) -> Fault:
    return Fault(hang=seconds, drop=True)


class Faults:
    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, Fault]] = []
        self._lock = threading.Lock()

    def add(self, method: str, path: str, *faults: Fault) -> None:
        """The next requests to paths that begin so meet these faults, one each."""
        with self._lock:
            self._waiting += [(method, path, fault) for fault in faults]

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for number, (wanted, prefix, fault) in enumerate(self._waiting):
                if wanted == method and path.startswith(prefix):
                    del self._waiting[number]
                    return fault
        return None

    def left(self) -> int:
        return len(self._waiting)


def with_header(name: str, value: str) -> Fault:
    """The finished answer with another value in one header."""

    def change(answer: Answer) -> Answer:
        status, headers, body = answer
        return status, {**headers, name: value}, body

    return Fault(mangle=change)


def with_body(change: Callable[[bytes], bytes]) -> Fault:
    """The finished answer with another body under the old signature."""

    def apply(answer: Answer) -> Answer:
        status, headers, body = answer
        return status, headers, change(body)

    return Fault(mangle=apply)
