"""However the unseen half writes a secret, the secret can be read out of it again."""

from __future__ import annotations

import base64
import html
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterable
from random import Random
from urllib.parse import unquote

import pytest

from common.privacy.exam import spoken
from common.privacy.exam.disguises import LONG, MIXED, SHORT
from common.privacy.exam.messages import secret_of

NUMBERS = ("4400123456789003", "345678901234564", "55502")
ACCOUNT = "GB82WEST12345698765432"
SEEDS = range(40)

_MORSE = {"-----": 0, ".----": 1, "..---": 2, "...--": 3, "....-": 4, ".....": 5, "-....": 6, "--...": 7, "---..": 8}
_UNITS = {word: str(at) for at, word in enumerate(spoken.ENGLISH)} | {
    "oh": "0", "o": "0", "nought": "0", "nil": "0", "wun": "1", "too": "2", "tree": "3", "fower": "4", "fife": "5",
    "ait": "8", "niner": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    word: at
    for at, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_LETTERS = {word: letter for letter, word in spoken.LETTERS.items()}


def _digits(written: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in written if unicodedata.digit(c, None) is not None)


def _backwards(written: str) -> str:
    return _letters_and_digits(written)[::-1]


def _letters_and_digits(written: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", written).upper() if c.isascii() and c.isalnum())


def _words(written: str) -> str:
    """English number words: single ones, "double", "triple", tens with a unit joined by a hyphen."""
    said, times = "", 1
    for word in re.findall(r"x-ray|[a-z]+|\d", re.sub(r"(ty)-(?=[a-z])", r"\1joined ", written.lower())):
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
            continue
        if word.endswith("joined"):
            said += str(_TENS[word.removesuffix("joined")])
            continue
        value = _UNITS.get(word) or (f"{_TENS[word]}0" if word in _TENS else _LETTERS.get(word, word.upper()))
        said, times = said + value * times, 1
    return said


def _run_together(written: str) -> str:
    return "".join(_UNITS[word] for word in re.findall("|".join(spoken.ENGLISH), written.lower()))


def _abroad(written: str) -> str:
    words = re.split(r"[ ,]+", written)
    language = next(said for said in spoken.ABROAD.values() if set(words) <= set(said))
    return "".join(str(language.index(word)) for word in words)


def _thousands(written: str) -> str:
    """Groups of four: "four thousand two hundred and forty-two", or digit by digit."""
    return "".join(_group(group.split()) for group in re.split(", |; |\n", written))


def _group(words: list[str]) -> str:
    if "thousand" not in words and "hundred" not in words:
        return _words(" ".join(words))
    thousands = int(_UNITS[words[0]]) * 1000 if "thousand" in words else 0
    hundreds = int(_UNITS[words[words.index("hundred") - 1]]) * 100 if "hundred" in words else 0
    rest = int(_words(" ".join(words[words.index("and") + 1 :]))) if "and" in words else 0
    return str(thousands + hundreds + rest)


def _base64(written: str) -> str:
    return _letters_and_digits(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode())


def _base32(written: str) -> str:
    return base64.b32decode(written.upper() + "=" * (-len(written) % 8)).decode()


def _hexadecimal(written: str) -> str:
    return bytes.fromhex(re.sub(r"0x|[^0-9a-fA-F]", "", written)).decode()


def _numbers(form: str, base: int, written: str) -> str:
    return unicodedata.normalize("NFKC", "".join(chr(int(code, base)) for code in re.findall(form, written)))


def _percent(written: str) -> str:
    if "%u" in written:
        return _numbers(r"%u([0-9a-f]{4})", 16, written)
    return unicodedata.normalize("NFKC", unquote(unquote(written)))


def _entities(written: str) -> str:
    closed = re.sub(r"(&#x[0-9a-f]+)(?!;|[0-9a-f])", r"\1;", html.unescape(written) if "&amp;" in written else written)
    return unicodedata.normalize("NFKC", html.unescape(closed))


def _escapes(written: str) -> str:
    if re.search(r"\\[uxUX]", written):
        return _numbers(r"\\+[ux]\{?([0-9a-fA-F]+)", 16, written)
    return _numbers(r"\\([0-9a-f]+)", 16 if " " in written else 8, written + " " * written.count(" "))


def _nested(written: str) -> str:
    for outer in (_percent, _entities, lambda text: base64.b64decode(text).decode()):
        for inner in (_base64, _hexadecimal, _escapes):
            try:
                value = inner(outer(written))
            except ValueError:
                continue
            if value in NUMBERS:
                return value
    return ""


READERS: dict[str, Callable[[str], str]] = {
    "han": lambda written: "".join(str(int(unicodedata.numeric(c))) for c in written),
    "overridden": _backwards, "backwards": _backwards, "one by one": _words, "double and triple": _words,
    "pairs": _words, "radio": _words, "some said": _words, "digits said": _words, "run together": _run_together,
    "abroad": _abroad, "said by thousands": _thousands, "base64": _base64, "base32": _base32,
    "wide base64": lambda written: base64.b64decode(written).decode("utf-16-le"),
    "base85": lambda written: base64.a85decode(written, adobe=True).decode(), "hexadecimal": _hexadecimal,
    "binary": lambda written: _numbers("[01]{8}", 2, written),
    "character numbers": lambda written: _numbers(r"\d+", 10, written),
    "code points": lambda written: _numbers(r"U\+([0-9A-F]{4})", 16, written), "percent": _percent,
    "entities": _entities, "escapes": _escapes, "nested": _nested,
    "quoted-printable": lambda written: quopri.decodestring(written).decode(),
    "braille": lambda written: "".join(str("⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊".index(c)) for c in written.removeprefix("⠼")),
    "morse": lambda written: "".join(str(_MORSE.get(sign, 9)) for sign in written.replace(" / ", " ").split()),
}  # fmt: skip
_BY_THE_EYE = "alike"  # letters that look like digits are read by the eye alone


@pytest.mark.parametrize("way", sorted(set(LONG) - {_BY_THE_EYE}))
def test_a_disguised_number_can_be_read(way: str) -> None:
    read = READERS.get(way, _digits)
    for seed in SEEDS:
        for number in NUMBERS if way in SHORT else NUMBERS[:2]:
            assert read(secret_of(LONG[way](Random(seed), number))) == number


@pytest.mark.parametrize("way", sorted(set(MIXED) - {_BY_THE_EYE}))
def test_a_disguised_account_can_be_read(way: str) -> None:
    read = READERS.get(way, _letters_and_digits)
    for seed in SEEDS:
        assert read(secret_of(MIXED[way](Random(seed), ACCOUNT))) == ACCOUNT


def test_a_number_of_letters_alike_keeps_all_but_three_of_its_digits() -> None:
    for seed in SEEDS:
        written = LONG[_BY_THE_EYE](Random(seed), NUMBERS[0]).replace(" ", "")
        assert _different(written, NUMBERS[0]) <= 3
        assert _different(MIXED[_BY_THE_EYE](Random(seed), ACCOUNT), ACCOUNT) <= 6


def _different(one: Iterable[str], other: Iterable[str]) -> int:
    return sum(left != right for left, right in zip(one, other, strict=True))
