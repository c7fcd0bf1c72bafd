"""Which words are everyday English in a bank, so that what is left may be a name."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

_FOLDER = Path(__file__).parent.parent
# Endings that hardly a name has and thousands of English words have.
_ENDING = re.compile(
    r"(?:.{3}ings?|.{5}ly|.{3}ically|.{3}ously|.{3}(?:able|ible|ful|less|ments?|[ts]ions?|ology|ships?|wards?|i[sz]ed|i[sz]ing)"
    r"|.{3}(?:at|ect|end|ess|ail|ort|ign|ain|olv|ev|ul)ed|.{4}ness)$"
)
_SUFFIXES = ("'s", "s'", "s", "es", "ed", "er", "ers", "ing", "n't", "'ll", "'re", "'ve", "'d", "'m", "ly")
# How many slips of the finger a word of so many letters may hold.
_SLIPS = ((4, 0), (6, 1), (40, 2))


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

    def is_everyday(self, word: str) -> bool:
        """Whether `word` is a plain or an everyday word and no first name."""
        low = word.lower()
        return (low in self._all and not self.is_given(low)) or (self.is_english(word) and not self.is_given(word))

    def is_given(self, word: str) -> bool:
        """Whether `word` is a first name, though it may be an everyday word too ("Will", "Grace")."""
        return _bare(word) in _listed("given_names.txt") or self.is_only_given(word)

    def is_only_given(self, word: str) -> bool:
        """Whether `word` is a first name from somewhere in the world, and nothing in English."""
        bare = _bare(word)
        return bare in _listed("given_names_world.txt") and bare not in self._all

    def only_looks_english(self, word: str) -> bool:
        """Whether `word` is a name that no list of everyday words has, though its ending is English ("anatoly")."""
        low = word.lower().replace("’", "'").strip(".'-")
        parts = low.split("-")
        return low not in self._all and any(part not in self._all and self.is_given(part) for part in parts)

    def is_surname(self, word: str) -> bool:
        """Whether `word` is an everyday word that is also a surname ("King", "Banks")."""
        return _bare(word) in _listed("surname_words.txt")

    def is_slip(self, word: str) -> bool:
        """Whether `word` is an everyday word with a slip of the finger in it."""
        slips = next((count for longest, count in _SLIPS if len(word) <= longest), 0)
        if not slips:
            return False
        low, near = word.lower(), range(len(word) - 1, len(word) + 2)
        choices = [choice for length in near for choice in self._by_length.get(length, ())]
        return process.extractOne(low, choices, scorer=OSA.distance, score_cutoff=slips) is not None

    def _has_stem(self, stem: str) -> bool:
        undoubled = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem
        return len(stem) >= 3 and bool({stem, f"{stem}e", undoubled, f"{stem[:-1]}y"} & self._all)


@lru_cache(maxsize=1)
def merchants() -> re.Pattern[str]:
    """Shops and brands that are called like people."""
    names = (_FOLDER / "merchants.txt").read_text(encoding="utf-8").splitlines()
    listed = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)


def _bare(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s").strip(".'-")


def _words() -> frozenset[str]:
    return _listed("words.txt")


@lru_cache(maxsize=4)
def _listed(name: str) -> frozenset[str]:
    return frozenset((_FOLDER / name).read_text(encoding="utf-8").split())
