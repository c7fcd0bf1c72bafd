"""The many ways to write one number down so that a reader still knows it and a pattern does not."""

from __future__ import annotations

import base64
import html
import string
from collections.abc import Callable
from random import Random
from urllib.parse import quote

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GAPS = (
    "-", " ", ".", "/", ",", "_", "  ", " - ", "\u00a0", "\u2009", "\u202f", "–", "—", "\n", "\r\n", "\t",
    "\u200b", "\u200d",
    "\u2060", "\u00ad", "·", "•", "|", ":", ";", "*", "~", "+", "'", " / ", "=", "\u3000", "…", "_-_",
    ") (", " \U0001f642 ",
)  # fmt: skip
_ZEROS = ("\u0660", "\u06f0", "\u0966", "\uff10", "\u09e6", "\u0e50", "\U0001d7d8", "\U0001d7ce", "\u1040")


def _grouped(value: str, gap: str, size: int = 4) -> str:
    return gap.join(value[index : index + size] for index in range(0, len(value), size))


def _gaps(random: Random, value: str) -> str:
    return _grouped(value, random.choice(_GAPS), random.choice((4, 4, 4, 2, 3, 5, 1)))


def _mixed_gaps(random: Random, value: str) -> str:
    return "".join(digit + random.choice(("", "", "", " ", "-", ".", "\u200b")) for digit in value[:-1]) + value[-1]


def _other_digits(random: Random, value: str) -> str:
    zero = ord(random.choice(_ZEROS))
    return _grouped("".join(chr(zero + int(c)) if c.isdigit() else c for c in value), random.choice(("", " ")))


def _words(random: Random, value: str) -> str:
    gap = random.choice((" ", ", ", "-", " . "))
    return gap.join(_WORDS[int(c)] if c.isdigit() else c for c in value)


def _words_in_pairs(random: Random, value: str) -> str:
    """ "42" as "forty two"; an odd one at the end, or a pair that begins with a nought, digit by digit."""
    said: list[str] = []
    for pair in (value[index : index + 2] for index in range(0, len(value), 2)):
        if len(pair) == 2 and pair[0] == "1":
            said.append(_TEENS[int(pair[1])])
        elif len(pair) == 2 and pair[0] > "1":
            said.append(_TENS[int(pair[0]) - 2] + ("" if pair[1] == "0" else f" {_WORDS[int(pair[1])]}"))
        else:
            said += [_WORDS[int(digit)] for digit in pair]
    return " ".join(said)


def _doubles(random: Random, value: str) -> str:
    said: list[str] = []
    index = 0
    while index < len(value):
        twice = value[index : index + 2] == value[index] * 2
        said.append(("double " if twice else "") + _WORDS[int(value[index])].replace("zero", "oh"))
        index += 2 if twice else 1
    return " ".join(said)


def _half_words(random: Random, value: str) -> str:
    return " ".join(_WORDS[int(c)] if random.random() < 0.4 else c for c in value)


def _leet(random: Random, value: str) -> str:
    swapped = value.replace("0", random.choice("Oo")).replace("1", random.choice("lI"))
    return _grouped(swapped, random.choice(("", " ", "-")))


def _bidi(random: Random, value: str) -> str:
    return f"\u202e{value[:6]}\u202c\u2066{value[6:]}\u2069"


def _combining(random: Random, value: str) -> str:
    return "".join(c + random.choice(("\u0336", "\u0332", "\u20e3")) for c in value)


def _base64(random: Random, value: str) -> str:
    coded = base64.b64encode(_grouped(value, random.choice(("", " ", "-"))).encode()).decode()
    return random.choice((coded, coded.rstrip("="), coded.replace("+", "-").replace("/", "_")))


def _base32(random: Random, value: str) -> str:
    return base64.b32encode(value.encode()).decode()


def _twice_base64(random: Random, value: str) -> str:
    return base64.b64encode(base64.b64encode(value.encode())).decode()


def _hex(random: Random, value: str) -> str:
    return value.encode().hex(random.choice((" ", ":", "-"))) if random.random() < 0.5 else "0x" + value.encode().hex()


def _percent(random: Random, value: str) -> str:
    everything = "".join(f"%{ord(c):02X}" for c in value)
    return random.choice((everything, everything.replace("%", "%25"), quote(_grouped(value, " "))))


def _entities(random: Random, value: str) -> str:
    coded = "".join(random.choice((f"&#{ord(c)};", f"&#x{ord(c):x};", f"&#0{ord(c)};", f"&#{ord(c)}")) for c in value)
    return random.choice((coded, html.escape(coded)))


def _backslash(random: Random, value: str) -> str:
    form = random.choice(("\\u{:04x}", "\\x{:02x}", "\\{:03o}", "U+{:04X} "))
    return "".join(form.format(ord(c)) for c in value).strip()


def _reversed(random: Random, value: str) -> str:
    return f"{value[::-1]} backwards"


def _json(random: Random, value: str) -> str:
    return "[" + ",".join(f'"{c}"' for c in value) + "]"


def _markup(random: Random, value: str) -> str:
    return random.choice(("<b>", "<br/>", "**", "<!-- -->", "`")).join(
        value[index : index + 4] for index in range(0, len(value), 4)
    )


def _roman(random: Random, value: str) -> str:
    return " ".join("0" if c == "0" else chr(0x2160 + int(c) - 1) for c in value)


Writing = Callable[[Random, str], str]

# For digits alone.
OPEN: dict[str, Writing] = {
    "plain": lambda random, value: value, "gaps": _gaps, "mixed gaps": _mixed_gaps, "other digits": _other_digits,
    "words": _words, "doubles": _doubles, "leet": _leet, "bidi": _bidi, "base64": _base64, "hex": _hex,
    "percent": _percent, "entities": _entities, "pairs": _words_in_pairs, "half words": _half_words,
    "combining": _combining, "base32": _base32, "twice base64": _twice_base64, "backslash": _backslash, "json": _json,
    "mark-up": _markup, "roman": _roman, "reversed": _reversed,
}  # fmt: skip


def iban(random: Random, value: str) -> str:
    """An IBAN, which has letters, in one of the ways that suit it."""
    shape = random.choice((value, value.lower(), _grouped(value, " "), _grouped(value.lower(), " ")))
    plain = [
        lambda: shape,
        lambda: _grouped(value, random.choice(_GAPS)),
        lambda: _grouped(value, random.choice((".", "-", "/")), random.choice((2, 3, 4))).lower(),
        lambda: " ".join(value),
        lambda: "".join(chr(ord(c) + 0xFEE0) for c in value),
        lambda: "\u200b".join(value),
        lambda: base64.b64encode(value.encode()).decode(),
        lambda: value.encode().hex(),
        lambda: quote(_grouped(value, " ")),
        lambda: "".join(f"&#{ord(c)};" for c in value),
        lambda: value.replace("0", "O"),
    ]
    return random.choice(plain)()


def encoded(random: Random, value: str) -> str:
    """Letters and digits in an encoding that hides both."""
    return random.choice((_base64, _hex, _percent, _entities, _backslash))(random, value)


def spoken_mail(random: Random, value: str) -> str:
    """An e-mail address, as it is or as it is said."""
    said = value.replace("@", " at ").replace(".", " dot ").replace("_", " underscore ")
    bracketed = value.replace("@", random.choice(("(at)", "[at]", " [@] ", " (at) "))).replace(
        ".", random.choice((".", "[dot]"))
    )
    forms = (value, value, value.upper(), said, bracketed, value.replace("@", "\u200b@"), value.replace("@", "＠"))
    return random.choice(forms)


def name(random: Random, value: str) -> str:
    """A name as people type it."""
    forms = (
        value,
        value,
        value.lower(),
        value.lower(),
        value.upper(),
        _without_accents(value),
        _without_accents(value).lower(),
    )
    return random.choice(forms)


def street(random: Random, value: str) -> str:
    """An address as people type it."""
    return random.choice((value, value.lower(), value.upper(), _without_accents(value).lower()))


def _without_accents(value: str) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))


def symbols(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_letters + string.digits, k=count))
