"""Names, streets and mail addresses as customers of the unseen half type them."""

from __future__ import annotations

import unicodedata
from random import Random

from common.privacy.exam.messages import MARK


def name(random: Random, value: str) -> str:
    plain = _without_accents(value)
    forms = [value, value, value, value.lower(), value.lower(), value.upper(), plain, plain.lower(), plain.upper()]
    if " " in value:
        forms.append(value.replace(" ", "  ", 1))
    return random.choice(forms)


def spelt(random: Random, value: str) -> str:
    """Letter by letter: "B-R-O-W-N"."""
    letters = [c for c in _without_accents(value) if c.isalpha()]
    return random.choice((" ", "-", ".", ", ")).join(random.choice((letters, [c.upper() for c in letters])))


def street(random: Random, value: str) -> str:
    plain = _without_accents(value)
    return random.choice(
        (value, value, value.lower(), value.upper(), plain, plain.lower(), value.replace(" ", "  ", 1))
    )


def mail(random: Random, value: str) -> str:
    who, where = value.split("@")
    dotted = where.replace(".", random.choice((" dot ", " DOT ", "[dot]", " (punkt) ", " . ", " point ")))
    spoken = value.replace(".", " dot ").replace("-", " dash ").replace("_", " underscore ").replace("+", " plus ")
    return random.choice(
        (
            value,
            value,
            value.upper(),
            f"{who} at {dotted}",
            f"{who} AT {dotted}",
            f"{who} @ {where}",
            f"{who}[at]{where}",
            f"{who} (a) {where}",
            f"{who} arroba {where.replace('.', ' punto ')}",
            f"{who}＠{where.replace('.', '．')}",
            f"{who}%40{where}",
            f"{who}&#64;{where}",
            f"{who}\u200b@\u200b{where}",
            f"<{MARK}{value}{MARK}>",
            f"mailto:{MARK}{value}{MARK}",
            spoken.replace("@", " at "),
        )
    )


def _without_accents(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))
