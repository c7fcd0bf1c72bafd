"""International bank account numbers (ISO 13616), in any case, grouping and separator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from common.privacy.digits import runs, said_at
from common.privacy.number_words import RADIO, WEAK, WORDS
from common.privacy.recognizers.base import Finding, Recogniser

_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28,
    "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
    "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
# Countries whose account part is digits alone: "is 4111 ... please" must not read as an Icelandic account.
_DIGITS_ONLY = frozenset(
    {
        "AT", "BA", "BE", "CZ", "DE", "DK", "EE", "ES", "FI", "FO", "GL", "HR", "HU", "IL", "IS", "LT", "ME", "MN",
        "MR", "NO", "PL", "PT", "RS", "SE", "SI", "SK", "SO", "TL", "TN", "VA", "XK",
    }
)  # fmt: skip
# The reference of a transfer of ours, which looks like the beginning of a Turkish number.
_REFERENCE = re.compile(r"TR[0-9A-F]{10}")
# What is said between the characters of one that is read out.
_SAID_BETWEEN = frozenset(
    [
        "dash",
        "space",
        "dot",
        "slash",
        "then",
        "and",
        "followed",
        "by",
        "next",
        "comma",
        "hyphen",
        "capital",
        "upper",
        "case",
        "letter",
        "number",
        "starts",
        "with",
        "um",
        "uh",
        "er",
        "erm",
        "comes",
    ]
)
_WORD = re.compile(r"(?:for|as in|like|wie|comme)\s[A-Za-z]{3,12}(?![A-Za-z])|[^\W\d_]+|[0-9]", re.IGNORECASE)
_MAX_GAP = 20
_LEAST_DIGITS = 6
_START = re.compile(r"[A-Z]{2}[0-9OIL]{2}")
_AS_DIGITS = str.maketrans("OIL", "011")
_WHOLE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9OolI]{2}[A-Za-z0-9]{11,30}(?![A-Za-z0-9])")
# An unfinished or mistyped one: country, check digits and at least ten more in groups of four.
_GROUPED = re.compile(
    r"\b(?P<value>[A-Z]{2}[0-9O]{2}[ ._-]{0,2}[A-Z0-9]{4}(?:[ ._-]{0,2}(?=[A-Z0-9]{0,3}[0-9])[A-Z0-9]{2,4}){1,8}\b)",
    re.IGNORECASE,
)


class IbanRecogniser(Recogniser):
    """Compacts the text to letters and digits and tests each country code for its length and mod 97."""

    entities = ("IBAN",)

    def find(self, text: str) -> Iterator[Finding]:
        if sum(len(run.digits) for run in runs(text, stops=False)) < _LEAST_DIGITS - 2:  # letters may stand for some
            return
        compact, spans = _compact(text)
        match = _START.search(compact)
        while match:
            end = match.start() + _LENGTHS.get(match.group()[:2], 0)
            found = match.start() < end <= len(compact) and _is_tight(spans, match.start(), end)
            found = found and not _begins_in_word(text, spans, match.start(), end)
            found = found and sum(map(str.isdigit, compact[match.start() : end])) >= _LEAST_DIGITS
            found = found and any(map(_is_iban, _readings(compact[match.start() : end])))
            if found:
                yield Finding("IBAN", spans[match.start()][0], spans[end - 1][1], 1.0)
            match = _START.search(compact, end if found else match.start() + 1)
        for whole in _WHOLE.finditer(text):
            value = whole.group().upper()
            if _LENGTHS.get(value[:2]) == len(value) and sum(map(str.isdigit, value)) >= 8:
                yield Finding("IBAN", *whole.span(), 0.85)
        for grouped in _GROUPED.finditer(text):
            value = re.sub(r"[^A-Za-z0-9]", "", grouped["value"]).upper()
            if _REFERENCE.fullmatch(grouped["value"]):
                continue
            if value[:2] in _LENGTHS and len(value) >= 12 and sum(map(str.isdigit, value)) >= 6:
                yield Finding("IBAN", *grouped.span("value"), 0.85)


def _readings(compact: str) -> Iterator[str]:
    """The candidate, and what it is when O was typed for 0 and l or I for 1: in the check digits, or anywhere."""
    yield compact
    if not compact.isdigit():
        yield compact[:2] + compact[2:4].translate(_AS_DIGITS) + compact[4:]
        yield compact[:2] + compact[2:].translate(_AS_DIGITS)


def _is_iban(compact: str) -> bool:
    return compact[2:4].isdigit() and _is_shaped(compact) and is_valid(compact)


def _is_shaped(iban: str) -> bool:
    return iban[:2] not in _DIGITS_ONLY or iban[4:].isdigit()


def is_valid(iban: str) -> bool:
    """ISO 7064 mod 97-10 of a compact upper-case IBAN."""
    rearranged = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1


def _compact(text: str) -> tuple[str, list[tuple[int, int]]]:
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    said = said_at(text)
    for match in _WORD.finditer(text):
        token = match.group()
        after_letter = bool(spans) and spans[-1][1] - spans[-1][0] == 1
        glued = (
            text[match.end() : match.end() + 1].isdigit() or text[max(0, match.start() - 1) : match.start()].isdigit()
        )
        spoken = (
            None if glued else _spoken(token.lower(), after_letter=after_letter, among_digits=match.start() in said)
        )
        if spoken is None:
            for index, character in enumerate(token.upper() if token.isascii() else ""):
                characters.append(character)
                spans.append((match.start() + index, match.start() + index + 1))
        elif spoken:
            characters.append(spoken)
            spans.append(match.span())
    return "".join(characters), spans


def _spoken(word: str, *, after_letter: bool, among_digits: bool) -> str | None:
    """The character that a word stands for, "" for one that stands for none; None for a word that is itself."""
    if " " in word and word.isascii():  # "N for November": the letter has been said
        return "" if after_letter else None
    if word in _SAID_BETWEEN and not (among_digits and word in WEAK):
        return ""
    if word in RADIO:
        return RADIO[word].upper()
    digits = WORDS.get(word, "") if word not in WEAK or among_digits else ""
    return digits if len(digits) == 1 else None


def _begins_in_word(text: str, spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether the country is the end of a word ("from 22"), unless everything is stuck together."""
    first, last = spans[start][0], spans[end - 1][1]
    return text[first - 1 : first].isalpha() and first > 0 and re.search(r"[^A-Za-z0-9]", text[first:last]) is not None


def _is_tight(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return all(spans[index + 1][0] - spans[index][1] <= _MAX_GAP for index in range(start, end - 1))
