"""Numbers said by hundreds and thousands, in English: "six thousand seven hundred and fifty-nine" is 6759."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_UNITS + _TEENS, 1)}
_VALUES |= {word: 10 * tens for tens, word in enumerate(_TENS, 2)} | {"a": 1, "fourty": 40}
_GAP = r"[ \t-]{1,3}"
_SMALL = rf"(?:(?:{'|'.join([*_TENS, 'fourty'])})(?:{_GAP}(?:{'|'.join(_UNITS)}))?|{'|'.join([*_TEENS, *_UNITS])})"
_AND = rf"(?:,?{_GAP}(?:and{_GAP})?)"
_NO_REST = "|".join(["hundred", "thousand", *_UNITS])
_QUANTITY = re.compile(
    rf"\b(?:(?P<thousands>{_SMALL}|a){_GAP}thousand\b(?:{_AND}(?P<hundreds>{_SMALL}){_GAP}hundred\b)?"
    rf"|(?P<alone>{_SMALL}|a){_GAP}hundred\b)(?:{_AND}(?P<rest>{_SMALL})\b(?!{_GAP}(?:{_NO_REST})\b))?",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """Digits of a number said at start..end of a text."""

    digits: str
    start: int
    end: int


def said(text: str) -> list[Quantity]:
    """Numbers of a hundred and more that are said in a normalised text; linear."""
    low = text.lower()
    if "hundred" not in low and "thousand" not in low:
        return []
    return [Quantity(str(_value(match)), *match.span()) for match in _QUANTITY.finditer(text)]


def _value(match: re.Match[str]) -> int:
    hundreds = _small(match["hundreds"]) + _small(match["alone"])
    return 1000 * _small(match["thousands"]) + 100 * hundreds + _small(match["rest"])


def _small(words: str | None) -> int:
    return sum(_VALUES.get(word, 0) for word in re.split(r"[^a-z]+", (words or "").lower()))
