"""Digits as people say them: one by one, by pairs, by hundreds, over the radio, in other languages."""

from __future__ import annotations

from random import Random

ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ABROAD = {
    "de": ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    "fr": ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    "es": ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    "it": ("zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"),
    "pt": ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove"),
    "nl": ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"),
    "pl": ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"),
}
RADIO = ("zero", "wun", "too", "tree", "fower", "fife", "six", "seven", "ait", "niner")
LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
            "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
            "whiskey", "x-ray", "yankee", "zulu",
        ),
        strict=True,
    )
)  # fmt: skip
NOUGHTS = ("oh", "o", "nought", "nil", "zero")
_TIMES = {2: "double", 3: "triple"}
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def one_by_one(random: Random, value: str) -> str:
    said = [ENGLISH[int(digit)] for digit in value]
    gap = random.choice((" ", ", ", "... ", "-", "\n", " / ", "  "))
    return random.choice((str.lower, str.upper, str.title))(gap.join(said))


def run_together(random: Random, value: str) -> str:
    case = random.choice((str.lower, str.upper, str.title))
    return "".join(case(ENGLISH[int(digit)]) for digit in value)


def double_and_triple(random: Random, value: str) -> str:
    """ "000" as "triple oh", "44" as "double four"; four alike are two doubles."""
    said, at, nought = [], 0, random.choice(NOUGHTS)
    while at < len(value):
        alike = len(value[at:]) - len(value[at:].lstrip(value[at]))
        count = 2 if alike == 4 else min(alike, 3)
        word = nought if value[at] == "0" else ENGLISH[int(value[at])]
        said.append(f"{_TIMES[count]} {word}" if count > 1 else word)
        at += count
    return " ".join(said)


def by_pairs(random: Random, value: str) -> str:
    gap = random.choice((" ", ", ", " - "))
    return gap.join(_up_to_99(value[at : at + 2]) for at in range(0, len(value), 2))


def by_thousands(random: Random, value: str) -> str:
    """Groups of four, each as the number it is: "four thousand two hundred and forty-two"."""
    return random.choice((", ", "; ", "\n")).join(_up_to_9999(value[at : at + 4]) for at in range(0, len(value), 4))


def over_the_radio(random: Random, value: str) -> str:
    """Letters and digits in the spelling alphabet."""
    said = [RADIO[int(c)] if c.isdigit() else LETTERS[c] for c in value.upper() if c.isalnum()]
    return random.choice((" ", " ", "-", ", ")).join(random.choice((said, [word.title() for word in said])))


def abroad(random: Random, value: str) -> str:
    said = ABROAD[random.choice(sorted(ABROAD))]
    return random.choice((" ", ", ")).join(said[int(digit)] for digit in value)


def some_said(random: Random, value: str) -> str:
    """Some digits said and some written, with or without gaps."""
    return " ".join(random.choice((digit, digit, ENGLISH[int(digit)])) for digit in value)


def _up_to_99(pair: str) -> str:
    if len(pair) < 2 or pair[0] == "0":
        return " ".join(ENGLISH[int(digit)] for digit in pair)
    if pair[0] == "1":
        return _TEENS[int(pair[1])]
    return _TENS[int(pair[0]) - 2] + ("" if pair[1] == "0" else f"-{ENGLISH[int(pair[1])]}")


def _up_to_9999(group: str) -> str:
    if group.startswith("0"):
        return " ".join(ENGLISH[int(digit)] for digit in group)
    if len(group) < 3:
        return _up_to_99(group)
    thousands, hundreds, rest = group[-4:-3], group[-3], group[-2:].lstrip("0")
    said = [f"{ENGLISH[int(thousands)]} thousand"] if thousands else []
    said += [f"{ENGLISH[int(hundreds)]} hundred"] if hundreds != "0" else []
    return " ".join(said) + (f" and {_up_to_99(rest)}" if rest else "")
