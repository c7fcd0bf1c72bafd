"""Runs of digits as people write and say them: grouped, separated by anything, spelled out, with O for 0.

A run is read as one string of digits; each digit knows where it stands. Dates and amounts with a currency
sign end a run, so that what must survive is never read as part of a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_WORDS = {
    "zero": "0", "oh": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3",
    "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40",
    "fourty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip
_WORDS |= {
    "cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7",
    "ocho": "8", "nueve": "9", "un": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "sept": "7",
    "huit": "8", "neuf": "9", "eins": "1", "zwei": "2", "drei": "3", "vier": "4", "funf": "5", "sechs": "6",
    "sieben": "7", "acht": "8", "neun": "9", "zwo": "2", "quattro": "4", "cinque": "5", "sette": "7", "otto": "8",
    "nove": "9", "jeden": "1", "dwa": "2", "trzy": "3", "cztery": "4", "szesc": "6", "siedem": "7", "osiem": "8",
}  # fmt: skip
_WORDS |= {
    "um": "1", "dois": "2", "quatro": "4", "sete": "7", "oito": "8", "nul": "0", "een": "1", "twee": "2", "drie": "3",
    "vijf": "5", "zes": "6", "zeven": "7", "negen": "9", "noll": "0", "ett": "1", "tva": "2", "tre": "3", "fyra": "4",
    "fem": "5", "sju": "7", "atta": "8", "nio": "9", "sifir": "0", "bir": "1", "iki": "2", "uc": "3", "dort": "4",
    "bes": "5", "alti": "6", "yedi": "7", "sekiz": "8", "dokuz": "9", "ein": "1", "null": "0", "zehn": "10",
}  # fmt: skip
_SINGLE = {word: digit for word, digit in _WORDS.items() if len(digit) == 1 and len(word) > 2}
_GLUED = re.compile(f"(?:{'|'.join(sorted(_SINGLE, key=len, reverse=True))}){{2,}}")
_GLUED_PART = re.compile("|".join(sorted(_SINGLE, key=len, reverse=True)))
# "typedthree four ..." and "... four fiveand": a said digit without the space that should part it from a word.
_SAID = "|".join(sorted(_WORDS, key=len, reverse=True))
_HEAD = re.compile(f"(?:{_SAID})")
_TAIL = re.compile(f"(?:{'|'.join(sorted(_SINGLE, key=len, reverse=True))})$")
_SAID_NEXT = re.compile(rf"[^\w<]{{1,3}}(?:{_SAID}|double|triple)\b", re.IGNORECASE)
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_FILLERS = frozenset({"and", "then", "dash", "hyphen", "space", "dot", "point", "slash", "minus", "next", "comma"})
_LETTER_DIGITS = str.maketrans("oOlI|", "00111")
_MAX_GAP = 12

_CODES = "GBP|EUR|USD|CHF|PLN|JPY|INR|AUD|CAD|SEK|NOK|DKK"
_NAMES = "pounds?|euros?|dollars?|francs?|zlotys?|yen|rupees?|kron[aeo]r?|quid|bucks|pence|cents?|p"
_FIGURE = r"\d{1,3}(?:,\d{3})*\d{0,6}(?:\.\d{1,2})?"
_AMOUNT = rf"(?:[£$€¥₹]|\b(?:{_CODES})\b)\s?{_FIGURE}(?!\d|[^\w£$€]{{1,3}}\d)"
_AMOUNT_AFTER = rf"(?<![\d.,])(?<!\d[^\w]){_FIGURE}\s?(?:[£$€¥₹](?!\d)|(?:{_CODES}|{_NAMES})\b)"
_YEAR = r"(?:19|20)\d\d"
_DATE = (
    rf"(?<!\d)(?:{_YEAR}(?P<iso>[-/.])(?:0[1-9]|1[0-2])(?P=iso)(?:0[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?P<day>[-/.])(?:0?[1-9]|1[0-2])(?P=day)(?:{_YEAR}|\d\d))(?![\d])(?![-/.]\d)"
)
_TIME = r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])"
STOPS = re.compile(f"(?P<amount>{_AMOUNT}|{_AMOUNT_AFTER})|(?P<date>{_DATE})|(?P<time>{_TIME})", re.IGNORECASE)

_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|<[A-Z_]+(?: ending [0-9]{4}| #[0-9a-f]{12})?>|[^0-9A-Za-z]")


@dataclass(frozen=True)
class Run:
    """Digits read as one number: `spans[i]` is where digit i stands, `groups` where a written group begins."""

    digits: str
    spans: tuple[tuple[int, int], ...]
    groups: frozenset[int]

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    def is_aligned(self, start: int, end: int) -> bool:
        """Whether digits start..end begin and end where written groups do."""
        return start in self.groups and (end == len(self.digits) or end in self.groups)


class _Builder:
    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._clear()

    def _clear(self) -> None:
        self.digits: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.groups: set[int] = set()
        self.gap = 0
        self.repeat = 1
        self.repeat_at = 0
        self.tens = False
        self.spoken = False

    def add(self, digits: str, start: int, end: int) -> None:
        """Add a written group, or a spoken number whose digits share one span."""
        written = end - start == len(digits)
        start = start if self.repeat == 1 else self.repeat_at
        self.groups.add(len(self.digits))
        for index, digit in enumerate(digits * self.repeat):
            self.digits.append(digit)
            self.spans.append((start + index, start + index + 1) if written and self.repeat == 1 else (start, end))
        self.gap, self.repeat, self.tens, self.spoken = 0, 1, False, False

    def unit_after_tens(self, digit: str, end: int) -> None:
        self.digits[-1] = digit
        self.spans[-1] = (self.spans[-1][0], end)
        self.tens = False

    def finish(self) -> None:
        if self.digits:
            self.runs.append(Run("".join(self.digits), tuple(self.spans), frozenset(self.groups)))
        self._clear()


@lru_cache(maxsize=4)
def runs(text: str, *, stops: bool = True) -> tuple[Run, ...]:
    """The runs of a normalised text; with `stops`, dates, times and signed amounts are left out."""
    stopped = [match.span() for match in STOPS.finditer(text)] if stops else []
    builder = _Builder()
    skip_to = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if start < skip_to:
            continue
        while stopped and stopped[0][1] <= start:
            stopped.pop(0)
        if stopped and start <= stopped[0][0] < end:
            builder.finish()
            skip_to = max(stopped[0][1], end)
            continue
        _take(builder, match.group(), start, end, text)
    builder.finish()
    return tuple(builder.runs)


def _take(builder: _Builder, token: str, start: int, end: int, text: str) -> None:
    word = token.lower()
    if token.isdigit():
        if builder.gap == 0 and builder.digits and builder.spans[-1][1] == start:
            groups = set(builder.groups)
            builder.add(token, start, end)
            builder.groups = groups
        else:
            builder.add(token, start, end)
    elif word in _WORDS:
        digits = _WORDS[word]
        if builder.tens and len(digits) == 1 and digits != "0" and builder.gap <= 1:
            builder.unit_after_tens(digits, end)
        else:
            builder.add(digits, start, end)
            builder.tens = len(digits) == 2 and digits[1] == "0" and digits != "10"
        builder.spoken = True
    elif len(word) >= 6 and _GLUED.fullmatch(word):
        for part in _GLUED_PART.finditer(word):
            builder.add(_SINGLE[part.group()], start + part.start(), start + part.end())
    elif builder.spoken and builder.gap <= 3 and (glued := _HEAD.match(word)):
        builder.add(_WORDS[glued.group()], start, start + glued.end())
        builder.finish()
    elif _SAID_NEXT.match(text, end) and (glued := _TAIL.search(word)):
        builder.finish()
        builder.add(_WORDS[glued.group()], start + glued.start(), end)
        builder.spoken = True
    elif word in _REPEATS:
        builder.repeat, builder.repeat_at = _REPEATS[word], start
        builder.gap += 1
    elif token.isalpha() and set(token) <= set("oOlI") and len(token) <= 4 and _beside_digit(text, start, end):
        builder.add(token.translate(_LETTER_DIGITS), start, end)
    elif token[0] in "oOlI" and len(token) > 2 and start and text[start - 1].isdigit():
        builder.add(token[0].translate(_LETTER_DIGITS), start, start + 1)
        builder.finish()
    elif token.isalpha() and word not in _FILLERS and not (len(token) == 1 and builder.gap <= 2):
        builder.finish()
    elif token.startswith("<") and len(token) > 1:
        builder.gap += 1
    else:
        builder.gap += 1
        if builder.gap > _MAX_GAP:
            builder.finish()


def _beside_digit(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return any(character.isdigit() for character in before + after)


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1, Annex B."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0
