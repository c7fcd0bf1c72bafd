"""A bounded walk through a JSON-like value that scrubs every string, key and telling number in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

from common.privacy.scrubber import REDACTED

_MAX_NODES = 2_000
_MAX_DEPTH = 20
_TELLING_NUMBER = 10**6
_SPREAD = 10


class Walker:
    """For one value: deeper or larger ones than anybody needs become `<REDACTED>` where the budget ends."""

    def __init__(self, scrub: Callable[[str], str], dropped: Collection[str] = ()) -> None:
        self._scrub = scrub
        self._dropped = dropped
        self._left = _MAX_NODES

    def walk(self, value: Any, depth: int = 0) -> Any:
        """A copy of `value` that JSON and PostgreSQL can hold."""
        self._left -= 1
        if self._left < 0 or depth > _MAX_DEPTH:
            return REDACTED
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return self._number(value)
        if isinstance(value, dict):
            items = [(str(key), item) for key, item in value.items() if key not in self._dropped]
            return {self._scrub(key): self.walk(item, depth + 1) for key, item in items[: self._left + 1]}
        if isinstance(value, (list, tuple, set, frozenset)):
            return self._list(list(value), depth)
        return self._scrub(value if isinstance(value, str) else str(value))

    def _number(self, value: int | float) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if abs(value) < _TELLING_NUMBER:
            return value
        if isinstance(value, int) and abs(value) >= 10**30:
            return REDACTED
        text = str(value)
        return value if self._scrub(text) == text else self._scrub(text)

    def _list(self, values: list[Any], depth: int) -> Any:
        pieces = [str(item) for item in values if isinstance(item, (int, str)) and len(str(item)) <= 4]
        if len(pieces) >= 4 and len(pieces) == len(values):
            joined = " ".join(pieces)
            if sum(map(str.isdigit, joined)) >= _SPREAD and self._scrub(joined) != joined:
                return REDACTED  # a number spread over a list
        return [self.walk(item, depth + 1) for item in values[: max(self._left, 0) + 1]]
