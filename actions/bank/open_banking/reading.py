"""Reading what a bank has sent: whatever is not as specified becomes one error that names the place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from actions.bank.core.errors import CoreAnswerInvalid

_FRACTION = re.compile(r"[.,]([0-9]+)")


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Raises CoreAnswerInvalid(where) for a missing field, another type, or a value outside its code set."""
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise CoreAnswerInvalid(where) from error


def moment(text: str) -> datetime:
    """An ISO 8601 time with its zone; raises ValueError without one."""
    plain = _FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", text.replace("Z", "+00:00"))
    read = datetime.fromisoformat(plain)
    if read.tzinfo is None:
        raise ValueError("a time without its zone")
    return read


def identifier(value: object, longest: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise ValueError("not an identifier")
    return value
