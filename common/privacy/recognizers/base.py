"""What our recognisers share: Presidio's interface, and findings as spans of the normalised text."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import ClassVar, NamedTuple

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from common.privacy.normalise import normalise
from common.privacy.recognizers.tables import heading


class Finding(NamedTuple):
    """An entity at start..end of the normalised text; a higher score wins an overlap."""

    entity: str
    start: int
    end: int
    score: float = 0.9


class Recogniser(LocalRecognizer):
    """Base of the recognisers: `find` sees a text that is already normalised.

    Patterns in subclasses must be linear: no nested or adjacent unbounded repetition.
    """

    entities: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        super().__init__(supported_entities=list(self.entities), name=type(self).__name__)

    def load(self) -> None:
        """Nothing to load: patterns are compiled with the module."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        return [
            RecognizerResult(
                entity_type=finding.entity,
                start=finding.start,
                end=finding.end,
                score=finding.score,
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: type(self).__name__,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for finding in self.find(text)
            if finding.entity in entities
        ]

    @abstractmethod
    def find(self, text: str) -> Iterable[Finding]:
        """The findings in a normalised text."""


def matches(pattern: re.Pattern[str], text: str, entity: str, score: float = 0.9) -> Iterator[Finding]:
    """A finding for every match: of the group named `value` where the pattern has one, else of the whole."""
    named = "value" in pattern.groupindex
    for match in pattern.finditer(text):
        start, end = match.span("value") if named else match.span()
        if start < end:
            yield Finding(entity, start, end, score)


def folded(words: str) -> str:
    """Alternatives for a pattern, joined by strokes, each as `normalise` folds it in small and in capital letters."""
    forms = {normalise(form).text for word in words.split("|") for form in (word, word.upper(), word.capitalize())}
    return "|".join(re.escape(form) for form in sorted(forms))


def has_context(pattern: re.Pattern[str], text: str, start: int, end: int, reach: int = 40) -> bool:
    """Whether `pattern` occurs within `reach` characters of start..end, or in the heading over it in a table."""
    read = labels(text)
    return bool(
        pattern.search(read, max(0, start - reach), start)
        or pattern.search(read, end, end + reach)
        or pattern.search(heading(text, start))
    )


@lru_cache(maxsize=4)
def labels(text: str) -> str:
    """The text with the words of names like "sort_code" parted; positions stay."""
    return text.replace("_", " ")
