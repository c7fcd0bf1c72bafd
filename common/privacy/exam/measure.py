"""Leaks, recall, precision and F2 by kind, and harmless messages that were changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from common.privacy.exam.messages import Message, Planted

UNSTRUCTURED = frozenset({"PERSON", "ADDRESS"})


class Span(NamedTuple):
    """What an engine found at start..end of the text as it was written."""

    entity: str
    start: int
    end: int


Finder = Callable[[str], list[Span]]


@dataclass
class Counts:
    """Of one kind: planted secrets, those with a readable character left, spans named so, those that hit a secret."""

    planted: int = 0
    leaked: int = 0
    named: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return 1 - self.leaked / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.named if self.named else 1.0

    @property
    def f2(self) -> float:
        weighted = 4 * self.precision + self.recall
        return 5 * self.precision * self.recall / weighted if weighted else 0.0


@dataclass
class Result:
    """Of one engine over one set."""

    kinds: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    leaks: list[tuple[Message, Planted]] = field(default_factory=list)
    harmless: int = 0
    changed: list[tuple[Message, list[Span]]] = field(default_factory=list)

    def leak_rate(self, *, structured: bool) -> float:
        """Of the kinds with a fixed form, or else of names and addresses."""
        chosen = [counts for kind, counts in self.kinds.items() if (kind not in UNSTRUCTURED) == structured]
        planted = sum(counts.planted for counts in chosen)
        return sum(counts.leaked for counts in chosen) / planted if planted else 0.0

    @property
    def false_positive_rate(self) -> float:
        return len(self.changed) / self.harmless if self.harmless else 0.0


def measure(find: Finder, planted: Iterable[Message], harmless: Sequence[Message]) -> Result:
    """A secret counts as leaked when a telling character of it lies outside everything that was found."""
    result = Result(harmless=len(harmless))
    for message in planted:
        spans = find(message.text)
        hidden = {index for span in spans for index in range(span.start, span.end)}
        for secret in message.planted:
            counts = result.kinds[secret.entity]
            counts.planted += 1
            if any(at not in hidden for at in telling(message.text, secret)):
                counts.leaked += 1
                result.leaks.append((message, secret))
        for span in spans:
            counts = result.kinds[span.entity]
            counts.named += 1
            counts.right += _hits(span, message)
    for message in harmless:
        spans = find(message.text)
        for span in spans:
            result.kinds[span.entity].named += 1
        if spans:
            result.changed.append((message, spans))
    return result


def telling(text: str, secret: Planted) -> list[int]:
    """Where the secret's letters and digits stand; all its visible characters if it has none, as in Morse."""
    inside = [at for start, end in secret.pieces for at in range(start, end)]
    return [at for at in inside if text[at].isalnum()] or [at for at in inside if not text[at].isspace()]


def _hits(span: Span, message: Message) -> bool:
    return any(span.start < end and start < span.end for secret in message.planted for start, end in secret.pieces)
