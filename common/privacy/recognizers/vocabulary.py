"""Which words are everyday English in a bank, so that what is left may be a name."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

_PATH = Path(__file__).parent.parent / "words.txt"
# Endings that hardly a name has and thousands of English words have.
_ENDING = re.compile(
    r"(?:.{3}ings?|.{5}ly|.{3}ically|.{3}ously|.{3}(?:able|ible|ful|less|ments?|[ts]ions?|ology|ships?|wards?|i[sz]ed|i[sz]ing)"
    r"|.{3}(?:at|ect|end|ess|ail|ort|ign|ain|olv|ev|ul)ed|.{4}ness)$"
)
_SUFFIXES = ("'s", "s'", "s", "es", "ed", "er", "ers", "ing", "n't", "'ll", "'re", "'ve", "'d", "'m", "ly")
# How many slips of the finger a word of so many letters may hold.
_SLIPS = ((4, 0), (6, 1), (99, 2))


class Vocabulary:
    """The everyday words; `plain` are those that are no names wherever they stand."""

    def __init__(self, plain: frozenset[str]) -> None:
        self._plain = plain
        self._all = plain | _words()
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._all):
            self._by_length.setdefault(len(word), []).append(word)

    def is_plain(self, word: str) -> bool:
        """Whether `word` is never a name, even where one is expected."""
        low = word.lower().rstrip(".'’-")
        return low in self._plain or low.removesuffix("'s").removesuffix("’s") in self._plain

    def is_english(self, word: str) -> bool:
        """Whether `word`, in any case and inflection, is an everyday word."""
        low = word.lower().replace("’", "'").strip(".'-")
        if low in self._all or _ENDING.search(low):
            return True
        if "-" in low:
            return all(map(self.is_english, low.split("-")))
        return any(low.endswith(suffix) and self._has_stem(low.removesuffix(suffix)) for suffix in _SUFFIXES)

    def is_slip(self, word: str) -> bool:
        """Whether `word` is an everyday word with a slip of the finger in it."""
        slips = next(count for longest, count in _SLIPS if len(word) <= longest)
        if not slips:
            return False
        low, near = word.lower(), range(len(word) - 1, len(word) + 2)
        choices = [choice for length in near for choice in self._by_length.get(length, ())]
        return process.extractOne(low, choices, scorer=OSA.distance, score_cutoff=slips) is not None

    def _has_stem(self, stem: str) -> bool:
        undoubled = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem
        return len(stem) >= 3 and bool({stem, f"{stem}e", undoubled, f"{stem[:-1]}y"} & self._all)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(_PATH.read_text(encoding="utf-8").split())
