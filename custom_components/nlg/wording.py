"""All wording as it lies in data/responses: English in the folder itself, every other language in a folder of its own.

A file of another language has `wording:` where an English one has `responses:`, so that Rasa, which reads every
`responses:` under data/ into one table, does not take two languages for one. Files that change are read again without
a restart; one that cannot be read leaves what was there and is named in the log.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.locales import HOME, LOCALES
from common.settings import ROOT

logger = logging.getLogger(__name__)

FOLDER = ROOT / "data" / "responses"
_LOOK_SECONDS = 1.0
_FIELD = re.compile(r"{(\w+)}")

Variant = dict[str, Any]


class WordingMissing(LookupError):
    """No language has this response."""


@dataclass(frozen=True, slots=True)
class Found:
    """The variants of a response, and the language they are in."""

    variants: list[Variant]
    language: str


class Wording:
    """The responses of a folder by language and name."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._seen: dict[Path, float] = {}
        self._looked = time.monotonic()
        self._responses = self._read()

    def find(self, response: str, language: str) -> Found:
        """The variants in `language`, else in English; raises WordingMissing."""
        self._refresh()
        for tried in (language, HOME):
            variants = self._responses.get(tried, {}).get(response)
            if variants:
                return Found(variants, tried)
        raise WordingMissing(response)

    def text(self, response: str, language: str, facts: Mapping[str, str]) -> str:
        """One of the variants, filled; raises WordingMissing."""
        return fill(self.choose(self.find(response, language).variants)["text"], facts)

    @staticmethod
    def choose(variants: list[Variant]) -> Variant:
        """One of several wordings."""
        return random.choice(variants)  # nosec B311: wording, no secret

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        if self._stamps() != self._seen:
            try:
                self._responses = self._read()
            except (yaml.YAMLError, KeyError, TypeError, AttributeError, OSError) as error:
                self._seen = self._stamps()
                logger.error("data/responses is not read again: %s", " ".join(str(error).split()))

    def _stamps(self) -> dict[Path, float]:
        return {path: path.stat().st_mtime for path in sorted(self._folder.rglob("*.yml"))}

    def _read(self) -> dict[str, dict[str, list[Variant]]]:
        stamps = self._stamps()
        found: dict[str, dict[str, list[Variant]]] = {HOME: {}}
        for path in stamps:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            language = HOME if path.parent == self._folder else path.parent.name
            if language not in LOCALES:
                raise KeyError(f"{path.name}: no such language: {language}")
            found.setdefault(language, {}).update(content["responses" if language == HOME else "wording"])
        self._seen = stamps
        return found


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """`text` with its {fields} replaced; braces inside a fact stay as they are.

    A field without a fact stays as well, and the log names it: what was done must be told even so.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in facts:
            logger.error("wording without its fact: %s", match[1])
            return match[0]
        return str(facts[match[1]])

    return _FIELD.sub(value, text)
