"""What was done to a log: the chain shows that something is wrong, the rows around it show what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from common.audit.canonical import CanonicalError
from common.audit.chain import Body, Head, Sealed, digest

WINDOW = 100
"""How many rows on either side of a fault are read to explain it."""

Change = Literal["changed", "removed", "inserted", "reordered"]


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a chain was followed.

    `head` is the last row that follows its predecessor and contradicts no signature, `signed` the last count on
    the way that a signature confirms, `stray` the first row that does not follow, `contradicted` the first count
    for which another hash was signed.
    """

    head: Head
    signed: int
    stray: Sealed | None = None
    contradicted: int | None = None


def walk(log: str, rows: Iterable[Sealed], head: Head, signed: Mapping[int, str]) -> Walk:
    """Follow `rows` from `head` to their end or to the first fault; `signed` maps a count to its signed hash."""
    confirmed = head.count
    for row in rows:
        follows = row.sequence == head.count + 1 and row.previous == head.hash
        if not follows or not _was_sealed_as(log, row, row.sequence):
            return Walk(head, confirmed, stray=row)
        if row.sequence in signed:
            if signed[row.sequence] != row.hash.hex():
                return Walk(head, confirmed, contradicted=row.sequence)
            confirmed = row.sequence
        head = row.head
    return Walk(head, confirmed)


def diagnose(
    log: str, head: Head, stray: Sealed, window: Sequence[Sealed], signed: Mapping[int, str]
) -> tuple[Change, int]:
    """What happened where `stray` does not follow `head`, and the sequence of the first bad record.

    `window` holds the rows around it, `stray` among them.
    """
    expected = head.count + 1
    if stray.sequence < expected:
        return "inserted", stray.sequence
    others = [row for row in window if row != stray]
    elsewhere = any(_was_sealed_as(log, row, expected) for row in others)
    if stray.sequence > expected:
        return ("reordered" if elsewhere else "removed"), expected
    if _was_sealed_as(log, stray, expected):
        if elsewhere:
            return "inserted", expected
        # Whole in itself: either it is the forgery, or the one before it was changed and given a fitting hash.
        return "changed", expected - (1 if head.count and _is_confirmed(stray, others, signed) else 0)
    number = _number(log, stray)
    if number is not None and number < expected:
        # A copy of what still stands in its place, or what a forgery has driven from it.
        copied = any(row.sequence == number and row.hash == stray.hash for row in others)
        return "inserted", expected if copied else number
    if elsewhere:
        return ("inserted" if number is None else "reordered"), expected
    if number is not None:
        return "removed", expected
    if any(_fits(log, stray, row.body) for row in others):
        return "reordered", expected
    return "changed", expected


def _is_confirmed(row: Sealed, others: Sequence[Sealed], signed: Mapping[int, str]) -> bool:
    if row.sequence in signed:
        return signed[row.sequence] == row.hash.hex()
    return any(other.sequence == row.sequence + 1 and other.previous == row.hash for other in others)


def _number(log: str, row: Sealed) -> int | None:
    """The sequence under which a row was sealed, if it is near the one it bears."""
    near = range(max(1, row.sequence - WINDOW), row.sequence + WINDOW + 1)
    return next((number for number in near if _was_sealed_as(log, row, number)), None)


def _was_sealed_as(log: str, row: Sealed, sequence: int) -> bool:
    return _digest(log, sequence, row, row.body) == row.hash


def _fits(log: str, row: Sealed, body: Body) -> bool:
    return _digest(log, row.sequence, row, body) == row.hash


def _digest(log: str, sequence: int, row: Sealed, body: Body) -> bytes | None:
    try:
        return digest(log, sequence, row.sealed_at, row.previous, body)
    except CanonicalError:
        return None
