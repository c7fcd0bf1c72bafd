"""Runs of digits as people write and say them: grouped, separated by anything, spelled out, with O for 0.

A run is read as one string of digits; each digit knows where it stands. Dates and amounts with a currency
sign end a run, so that what must survive is never read as part of a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from common.privacy import quantities
from common.privacy.number_words import GLUED, REPEATS, SINGLE, WEAK, WORDS

_GLUED = re.compile(f"(?:{'|'.join(sorted(GLUED, key=len, reverse=True))}){{2,}}")
_GLUED_PART = re.compile("|".join(sorted(GLUED, key=len, reverse=True)))
# "typedthree four ..." and "... four fiveand": a said digit without the space that should part it from a word.
_TENS = {word: digits for word, digits in WORDS.items() if len(digits) == 2 and word not in WEAK}
_LONG = sorted((word for word in SINGLE | _TENS | {"oh": "0"} if word.isascii()), key=len, reverse=True)
_HEAD = re.compile(f"(?:{'|'.join(_LONG)})")
_TAIL = re.compile(f"(?:{'|'.join(_LONG)}|double|triple)$")
# Before a figure only long ones: "phone 07700" says no one.
_LONG_TAIL = re.compile(f"(?:six|{'|'.join(word for word in _LONG if len(word) > 3)})$")
_FIGURE_NEXT = re.compile(r"[^\w<]{1,2}\d(?!\d)")
_SAID_NEXT = re.compile(rf"[^\w<]{{1,3}}(?:{'|'.join(_LONG)}|double|triple)\b", re.IGNORECASE)
_FILLER_WORDS = """
and then dash hyphen space dot point slash minus next comma y und et e um umm uh er erm hmm comes come followed
by after dann puis luego poi
"""
_FILLERS = frozenset(_FILLER_WORDS.split())
_LIKE_DIGITS = frozenset("oOlI")
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

# A letter, or a mark that stands on one in Indian and Thai writing.
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0dff\u0e31-\u0e4e])"
_APOSTROPHES = "|".join(re.escape(word) for word in WORDS if "'" in word)
_TOKEN = re.compile(
    rf"(?P<digits>[0-9]+)|(?P<word>(?:{_APOSTROPHES})(?!{_LETTER})|[^\W\d_]{_LETTER}*)"
    r"|(?P<tag><[A-Z_]+(?: ending [0-9]{4}| #[0-9a-f]{12})?>)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
# So many digits said by hundreds and thousands are no amount.
_NO_AMOUNT = 11
_SAID_BESIDE = 6
# What parts the fields of a line or of a record, and begins an international number.
_FIELD = re.compile(r"\n|[;|\t]| / |, (?=\+)|[\s(](?=\+\d{2})")
_STREAK_GAP = 4


@dataclass(frozen=True)
class Run:
    """Digits read as one number: `spans[i]` is where digit i stands, `groups` where a written group begins, `said`
    how many words it is made of."""

    digits: str
    spans: tuple[tuple[int, int], ...]
    groups: frozenset[int]
    said: int = 0

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    @property
    def sizes(self) -> list[int]:
        """How many digits each written group holds."""
        starts = [*sorted(self.groups), len(self.digits)]
        return [end - start for start, end in pairwise(starts)]

    def is_aligned(self, start: int, end: int) -> bool:
        """Whether digits start..end begin and end where written groups do."""
        return start in self.groups and (end == len(self.digits) or end in self.groups)

    def part(self, start: int, end: int) -> Run:
        """Digits start..end as a run of their own."""
        groups = frozenset({0, *(group - start for group in self.groups if start <= group < end)})
        return Run(self.digits[start:end], self.spans[start:end], groups)

    def fields(self, text: str) -> list[Run]:
        """What it is made of where the separators of a record's fields stand in it, else itself."""
        cuts = [
            index
            for index in range(1, len(self.digits))
            if self.spans[index - 1][1] < self.spans[index][0]
            and _FIELD.search(text, self.spans[index - 1][1], self.spans[index][0] + 2)
        ]
        edges = [0, *cuts, len(self.digits)]
        return [self.part(start, end) for start, end in pairwise(edges)] if cuts else [self]


class _Builder:
    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._clear()

    def _clear(self) -> None:
        self.digits: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.groups: set[int] = set()
        self.said = 0
        self.gap = 0
        self.repeat = 1
        self.repeat_at = 0
        self.tens = False
        self.spoken = False

    def add(self, digits: str, start: int, end: int, *, glued: bool = False) -> None:
        """Add a written group, or a spoken number whose digits share one span; what is `glued` begins no group."""
        written = end - start == len(digits)
        start = start if self.repeat == 1 else self.repeat_at
        if not glued:
            self.groups.add(len(self.digits))
        for index, digit in enumerate(digits * self.repeat):
            self.digits.append(digit)
            self.spans.append((start + index, start + index + 1) if written and self.repeat == 1 else (start, end))
        self.gap, self.repeat, self.tens, self.spoken = 0, 1, False, False

    def end_is(self, position: int) -> bool:
        """Whether the last digit ends there."""
        return bool(self.spans) and self.spans[-1][1] == position

    def unit_after_tens(self, digit: str, end: int) -> None:
        self.digits[-1] = digit
        self.spans[-1] = (self.spans[-1][0], end)
        self.tens = False

    def finish(self) -> None:
        if self.digits:
            self.runs.append(Run("".join(self.digits), tuple(self.spans), frozenset(self.groups), self.said))
        if self.digits or self.gap or self.repeat > 1:
            self._clear()


@lru_cache(maxsize=4)
def runs(text: str, *, stops: bool = True) -> tuple[Run, ...]:
    """The runs of a normalised text; with `stops`, dates, times and signed amounts are left out."""
    if not _holds_numbers(text):
        return ()
    large = quantities.said(text)
    found = _read(text, large, stops=stops)
    if large and (
        amounts := [
            quantity
            for quantity in large
            for run in found
            if run.start <= quantity.start < run.end
            and len(run.digits) < _NO_AMOUNT
            and len(run.digits) - len(quantity.digits) < _SAID_BESIDE
        ]
    ):
        found = _read(text, [quantity for quantity in large if quantity not in amounts], stops=stops)
    return found


def _read(text: str, large: list[quantities.Quantity], *, stops: bool) -> tuple[Run, ...]:
    """The runs of a text, `large` said numbers being read as their digits."""
    stopped = [match.span() for match in STOPS.finditer(text)] if stops else []
    builder = _Builder()
    said = said_at(text)
    skip_to = 0
    said_large = {quantity.start: quantity for quantity in large}
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
        kind = match.lastgroup
        if start in said_large:
            builder.add(said_large[start].digits, start, said_large[start].end)
            builder.said += 2
            skip_to = said_large[start].end
        elif kind == "digits":
            builder.add(match.group(), start, end, glued=builder.gap == 0 and builder.end_is(start))
        elif kind == "word":
            _take_word(builder, match.group(), start, end, text, said)
        elif builder.digits or builder.repeat > 1:
            builder.gap += 1
            if builder.gap > _MAX_GAP:
                builder.finish()
    builder.finish()
    return tuple(builder.runs)


def _holds_numbers(text: str) -> bool:
    if _DIGIT.search(text):
        return True
    words = {match.group() for match in _TOKEN.finditer(text.lower()) if match.lastgroup == "word"}
    return any(word in WORDS or (len(word) >= 6 and _GLUED.fullmatch(word)) for word in words)


@lru_cache(maxsize=4)
def said_at(text: str) -> frozenset[int]:
    """Where everyday words stand that are digits because they are said among digits ("due zero uno sei")."""
    low = text.lower()
    if len(low) != len(text):
        return frozenset()
    accepted: set[int] = set()
    streak: list[tuple[int, str]] = []
    end = 0
    for match in _TOKEN.finditer(low):
        kind, word = match.lastgroup, match.group()
        counts = kind == "word" and word in WORDS
        stranger = kind == "word" and not counts and len(word) > 1 and word not in _FILLERS and word not in REPEATS
        if streak and (stranger or match.start() - end > _STREAK_GAP):
            accepted |= _weak_in(streak)
            streak = []
        if counts:
            streak.append((match.start(), word))
        if kind != "other":
            end = match.end()
    return frozenset(accepted | _weak_in(streak))


def _weak_in(streak: list[tuple[int, str]]) -> set[int]:
    weak = {start for start, word in streak if word in WEAK}
    sure = len(streak) - len(weak)
    believed = (len(streak) >= 3 and sure >= 2) or (
        len(streak) >= 6 and (sure or len({word for _, word in streak}) >= 3)
    )
    return weak if believed else set()


def _take_word(builder: _Builder, token: str, start: int, end: int, text: str, said: frozenset[int]) -> None:
    word = token.lower()
    digits = WORDS.get(word)
    if digits is not None and (word not in WEAK or start in said):
        if builder.tens and len(digits) == 1 and digits != "0" and builder.gap <= 1:
            builder.unit_after_tens(digits, end)
        else:
            builder.add(digits, start, end)
            builder.tens = len(digits) == 2 and digits[1] == "0" and digits != "10"
        builder.spoken = True
        builder.said += 1
    elif word in REPEATS:
        builder.repeat, builder.repeat_at = REPEATS[word], start
        builder.gap += 1
    elif len(word) >= 6 and _GLUED.fullmatch(word):
        for part in _GLUED_PART.finditer(word):
            builder.add(SINGLE[part.group()], start + part.start(), start + part.end())
            builder.said += 1
    elif builder.said and builder.gap <= 3 and (head := _HEAD.match(word)):
        builder.add(WORDS[head.group()], start, start + head.end())
        builder.finish()
    elif tail := _tail(word, text, end):
        builder.finish()
        if tail.group() in REPEATS:
            builder.repeat, builder.repeat_at = REPEATS[tail.group()], start + tail.start()
        else:
            builder.add(WORDS[tail.group()], start + tail.start(), end)
            builder.spoken = True
        builder.said += 1
    elif word == "o" and (builder.repeat > 1 or (builder.spoken and builder.gap <= 3)):  # "double o seven"
        builder.add("0", start, end)
        builder.spoken = True
        builder.said += 1
    elif len(token) <= 4 and set(token) <= _LIKE_DIGITS and _beside_digit(text, start, end):
        builder.add(token.translate(_LETTER_DIGITS), start, end)
    elif token[0] in _LIKE_DIGITS and len(token) > 2 and start and text[start - 1].isdigit():
        builder.add(token[0].translate(_LETTER_DIGITS), start, start + 1)
        builder.finish()
    elif word not in _FILLERS and not (len(token) == 1 and builder.gap <= 2):
        builder.finish()
    elif builder.digits or builder.repeat > 1:
        builder.gap += 1
        if builder.gap > _MAX_GAP:
            builder.finish()


def _tail(word: str, text: str, end: int) -> re.Match[str] | None:
    """The said digit at the end of a word, where another digit follows."""
    if _SAID_NEXT.match(text, end):
        return _TAIL.search(word)
    return _LONG_TAIL.search(word) if _FIGURE_NEXT.match(text, end) else None


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
