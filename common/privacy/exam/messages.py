"""A message of the examination and what is planted in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

MARK = "¦"  # on both sides of what is secret in a written value: "zip ¦60614¦"
HOLE = re.compile(r"\{([A-Z_]+)\}")


class Planted(NamedTuple):
    """A secret. `pieces` are the starts and ends of its parts; `value` is its plain form."""

    entity: str
    pieces: tuple[tuple[int, int], ...]
    value: str
    writing: str


@dataclass(frozen=True)
class Message:
    """A customer's message; harmless when nothing is planted."""

    text: str
    planted: tuple[Planted, ...] = ()


class Value(NamedTuple):
    """What goes into a hole: the kind it is reported as, its plain form, how it is written and the writing's name."""

    entity: str
    plain: str
    written: str
    writing: str


def fill(frame: str, make: Callable[[str], Value]) -> Message:
    """The frame with a value made for each of its holes."""
    text, found, at = "", [], 0
    for hole in HOLE.finditer(frame):
        value = make(hole[1])
        text += frame[at : hole.start()]
        shown, pieces = unmark(value.written)
        found.append(
            Planted(
                value.entity,
                tuple((len(text) + start, len(text) + end) for start, end in pieces),
                value.plain,
                value.writing,
            )
        )
        text += shown
        at = hole.end()
    return Message(text + frame[at:], tuple(found))


def unmark(written: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and the starts and ends of what they enclosed; of the whole where there are none."""
    if MARK not in written:
        return written, [(0, len(written))]
    text, pieces = "", []
    for index, part in enumerate(written.split(MARK)):
        if index % 2:
            pieces.append((len(text), len(text) + len(part)))
        text += part
    return text, pieces


def secret_of(written: str) -> str:
    """What the marks enclose, put together."""
    text, pieces = unmark(written)
    return "".join(text[start:end] for start, end in pieces)
