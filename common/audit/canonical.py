"""One spelling of a JSON value, byte for byte, so that its hash means something: RFC 8785 without fractions.

- Objects: members sorted by their names' UTF-16 code units; names are strings. Arrays keep their order.
- No space anywhere; UTF-8; only `"`, `\\` and the controls below U+0020 are escaped, the shortest way
  (`\\b \\t \\n \\f \\r`, else `\\u00xx` in lower case). Nothing is normalised.
- Numbers: integers from -(2^53-1) to 2^53-1, in decimal. Fractions are refused: money is in minor units, and
  a float is spelled differently by different programs.
- Lone surrogates and everything that is not JSON are refused.
"""

from __future__ import annotations

import json
from typing import Any

LARGEST = 2**53 - 1


class CanonicalError(ValueError):
    """The value has no canonical form."""


def canonical(value: Any) -> bytes:
    """The canonical UTF-8 bytes of `value`; raises CanonicalError where there are none."""
    try:
        return _ENCODER.encode(_ordered(value)).encode()
    except RecursionError:
        raise CanonicalError("nested too deeply") from None
    except UnicodeEncodeError:
        raise CanonicalError("a lone surrogate is not text") from None


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def _ordered(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise CanonicalError("an integer beyond 2^53-1")
        return int(value)
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in _sorted(value)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    raise CanonicalError(f"{type(value).__name__} has no canonical form")


def _sorted(names: dict[str, Any]) -> list[str]:
    if not all(isinstance(name, str) for name in names):
        raise CanonicalError("a member's name must be a string")
    # Code points and UTF-16 code units sort ASCII alike; the second way is for the rest, and slower.
    if all(map(str.isascii, names)):
        return sorted(names)
    return sorted(names, key=lambda name: name.encode("utf-16-be"))
