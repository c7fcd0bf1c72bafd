"""The unseen half's secrets over several messages: what is left of each, by kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from common.privacy.exam import secrets
from common.privacy.exam.generator import load
from common.privacy.exam.messages import unmark
from common.privacy.exam.unseen_values import UnseenValues

_SLICE = re.compile(r"\{(\d+)-(\d+)\}")
# Of these the last four characters may stay readable; of all others nothing.
_LAST_FOUR = frozenset({"CARD_NUMBER", "IBAN", "ACCOUNT_NUMBER", "PHONE_NUMBER"})
_READABLE = 3  # fewer characters in a row are no sign that a piece was left


class Talk(NamedTuple):
    """Messages of one customer; `pieces` are the parts of the secret in each of them."""

    entity: str
    value: str
    said: tuple[str, ...]
    pieces: tuple[tuple[str, ...], ...]

    def leaks(self, stored: list[str]) -> bool:
        """Whether more of the secret can be read in the messages as stored than may stay."""
        left = sum(
            _longest_left(piece, text) for text, pieces in zip(stored, self.pieces, strict=True) for piece in pieces
        )
        return left > (4 if self.entity in _LAST_FOUR else 0)


def talks(seed: int, each: int = 5) -> Iterator[Talk]:
    """`each` talks a frame; the same seed makes the same talks."""
    random = Random(seed)
    for frame in load("unseen", "talks"):
        for _ in range(each):
            value = _value(random, frame)
            said, pieces = zip(*(_cut(line, value) for line in frame["said"]), strict=True)
            yield Talk(frame["kind"], value, said, pieces)


def leaks_by_kind(store: Callable[[list[str]], list[str]], seed: int) -> tuple[Counter[str], Counter[str]]:
    """How many talks there are of each kind, and how many of them leak once `store` has kept them."""
    held, leaked = Counter[str](), Counter[str]()
    for talk in talks(seed):
        held[talk.entity] += 1
        leaked[talk.entity] += talk.leaks(store(list(talk.said)))
    return held, leaked


def _cut(line: str, value: str) -> tuple[str, tuple[str, ...]]:
    """A message, and which parts of the value it gives away."""

    def part(hole: re.Match[str]) -> str:
        return value[int(hole[1]) : int(hole[2])]

    return _SLICE.sub(part, line), tuple(part(hole) for hole in _SLICE.finditer(line))


def _value(random: Random, frame: dict[str, Any]) -> str:
    length = frame.get("length")
    if length is None:
        made = UnseenValues(random, load("unseen", "people"), "plain").make(frame["kind"])
        return made.plain if frame["kind"] == "IBAN" else unmark(made.written)[0]
    if frame["kind"] == "CARD_NUMBER":
        return next(number for number in iter(lambda: secrets.card_number(random), "") if len(number) == length)
    starts = frame.get("starts", "")
    return f"{starts}{secrets.digits(random, length - len(starts))}"


def _longest_left(piece: str, text: str) -> int:
    """The length of the longest part of the piece that stands in the text, at least `_READABLE`; else 0."""
    for size in range(len(piece), _READABLE - 1, -1):
        if any(piece[at : at + size] in text for at in range(len(piece) - size + 1)):
            return size
    return 0
