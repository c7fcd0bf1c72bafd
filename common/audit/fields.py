"""The types that a detail of a record can have: words of a closed list, pseudonyms, numbers, codes, dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]

LARGEST = 10**15 - 1

_PSEUDONYM = re.compile(r"[a-z]{2,12}_[0-9a-f]{32}")


def word(allowed: frozenset[str]) -> Check:
    """One of the words of a list."""
    return lambda value: isinstance(value, str) and value in allowed


def pseudonym(*sorts: str) -> Check:
    """A keyed fingerprint as `common.audit.pseudonym` makes it, of one of these sorts, or of any."""

    def check(value: Any) -> bool:
        if not isinstance(value, str) or not _PSEUDONYM.fullmatch(value):
            return False
        return not sorts or value.partition("_")[0] in sorts

    return check


def _pattern(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _number(smallest: int, largest: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= largest


amount_minor = _number(0, LARGEST)
"""Minor units of a currency, never negative: the operation gives the direction."""

count = _number(0, LARGEST)
currency = _pattern("[A-Z]{3}")
country = _pattern("[A-Z]{2}")
month = _pattern("[0-9]{4}-(0[1-9]|1[0-2])")
digest = _pattern("[0-9a-f]{64}")
