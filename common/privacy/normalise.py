"""One plain reading of a text, whatever it was written with, and the way back to where it stood.

Compatibility forms, accents, digits of every script, invisible marks, look-alike letters, and percent, HTML
and backslash escapes are folded away one piece at a time, so that each character that is left knows the
span of the original it came from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from common.privacy import escapes

# A placeholder that an earlier pass wrote stands for something already gone: it reads as nothing but itself.
PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{1,30}(?: ending [0-9]{4}| #[0-9a-f]{12})?>")

# Mark-up between two digits is a gap like any other.
_TAG = re.compile(
    r"</?(?:b|br|i|p|u|s|em|strong|span|div|li|td|tr|a|font|code|pre|wbr)\b[^<>]{0,60}>|<!--[^<>]{0,60}-->",
    re.IGNORECASE,
)
_MAX_LAYERS = 4
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_KEPT_CONTROLS = frozenset("\t\n\r")
# Cyrillic and Greek letters that pass for Latin ones in a bank identifier or an address.
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеіјорсухѕԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι",
    "ABESIJKMHOPCTXYaeijopcyxsdqwABEZHIKMNOPTYXovi",
)
_LOOKALIKE_MARKS = str.maketrans(
    {
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "⁃": "-",
        "。": ".",
        "٫": ".",
        "٬": ",",
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
    }
)


@dataclass(frozen=True)
class Normalised:
    """A folded text; `starts[i]` and `ends[i]` are the original span of its character i."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text for a non-empty span of the folded one."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Normalised:
    """Fold `text`; linear in its length."""
    escaped = escapes.any_in(text)
    if text.isascii() and text.isprintable() and "  " not in text and not escaped and not _TAG.search(text):
        return Normalised(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    view = Normalised(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    for _ in range(_MAX_LAYERS if escaped else 0):
        pieces = [(part, view.starts[start], view.ends[end - 1]) for part, start, end in escapes.without(view.text)]
        view = _view(pieces)
        if not escapes.any_in(view.text):
            break
    return _folded(view)


def _view(pieces: list[tuple[str, int, int]]) -> Normalised:
    characters, starts, ends = zip(*pieces, strict=True) if pieces else ((), (), ())
    return Normalised("".join(characters), starts, ends)


def _folded(view: Normalised) -> Normalised:
    pieces: list[tuple[str, int, int]] = []
    text, position = view.text, 0
    while position < len(text):
        tag = _TAG.match(text, position) if text[position] == "<" else None
        end = tag.end() if tag else position + 1
        for character in _fold(" " if tag else text[position]):
            if character == " " and pieces and pieces[-1][0] == " ":
                continue  # one space says as much as ten, and hides nothing
            pieces.append((character, view.starts[position], view.ends[end - 1]))
        position = end
    return _view(pieces)


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character in _KEPT_CONTROLS else ""
    if "\U000e0020" <= character <= "\U000e007e":  # tag characters: ASCII that is not shown
        return chr(ord(character) - 0xE0000)
    if "\U0001f1e6" <= character <= "\U0001f1ff":  # letters that make flags
        return chr(ord(character) - 0x1F1E6 + 65)
    digit = _digit(character)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKD", character).translate(_LOOKALIKES).translate(_LOOKALIKE_MARKS)
    return "".join(part for part in map(_visible, folded))


def _digit(character: str) -> int | None:
    value = unicodedata.digit(character, None)
    if value is None and unicodedata.category(character) in ("Lo", "Nl", "No"):
        number = unicodedata.numeric(character, -1.0)  # Chinese numerals, negative circled digits
        value = int(number) if number in range(10) else None
    return value


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cs", "Cn", "Co") or character in _INVISIBLE:
        return ""
    if category == "Cc":
        return character if character in _KEPT_CONTROLS else ""
    if category.startswith("Z"):
        return "\n" if category != "Zs" else " "
    digit = _digit(character) if not character.isascii() else None
    return character if digit is None else str(digit)
