"""The text every parser here reads: one alphabet, one kind of digit, nothing invisible."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "٫": ".", "٬": ","})


def normalise(text: str) -> str:
    """NFKC with every decimal digit in ASCII, plain dashes, quotes and decimal marks, single spaces, nothing hidden.

    >>> normalise("２５\\u200b €")
    '25 €'
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES)
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)
    return _SPACES.sub(" ", plain).strip()


def words(text: str) -> frozenset[str]:
    """A vocabulary, written as one text."""
    return frozenset(text.split())


def tokens(text: str) -> list[str]:
    """The words of a normalised text, lower case, without punctuation."""
    return re.findall(r"[\w']+", text.casefold())
