"""How the unseen half writes secrets: what a reader still reads, whoever wrote the recognisers never saw.

A disguise marks with `¦` on both sides what of its result is the secret; without marks all of it is.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from types import MappingProxyType

from common.privacy.exam import coded, spoken
from common.privacy.exam.messages import MARK

Disguise = Callable[[Random, str], str]

_NOUGHTS = (
    "\u0ae6", "\u0a66", "\u0b66", "\u0be6", "\u0c66", "\u0ce6", "\u0d66", "\u0ed0", "\u0f20", "\u17e0", "\u1810",
    "\u07c0", "\ua8d0", "\u0660", "\u06f0", "\u0966", "\uff10", "\U0001d7e2", "\U0001d7ec", "\U0001d7f6", "\U0001fbf0",
)  # fmt: skip
_HAN = "〇一二三四五六七八九"
_RINGED = ("⓪①②③④⑤⑥⑦⑧⑨", "⓿❶❷❸❹❺❻❼❽❾", "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽")
_RAISED = ("⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉")
_BRAILLE = "⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊"
_MORSE = ("-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.")
_INVISIBLE = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u2063", "\u200e", "\u200f")
_ALIKE = {"0": "OoОο", "1": "lI|і", "2": "Z", "3": "Зз", "5": "Ss", "6": "б", "8": "B", "9": "gq"}
_ALIKE_LETTERS = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "K": "КΚ", "M": "МΜ", "N": "Ν", "O": "ОΟ",
    "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "Υ", "Z": "Ζ",
}  # fmt: skip
_GAPS = (
    ".",
    "/",
    "\\",
    " . ",
    " ",
    "   ",
    "_",
    "--",
    "—",
    "|",
    "·",
    "\t",
    ",",
    "\u3000",
    "\u2007",
    "⁃",
    "˗",
    "⁄",
    "::",
    "。",
)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ("«", "»"), ("“", "”"), ("'", "'"), ("【", "】"))
_BACKWARDS = (
    "backwards: {}",
    "read it from right to left: {}",
    "{} (reversed)",
    "in reverse {}",
    "{} but back to front",
)
_BETWEEN = (
    " um ",
    " then ",
    ", after that ",
    " and ",
    " dash ",
    " space ",
    " … wait … ",
    " followed by ",
    " 💳 ",
    " then comes ",
)


def _groups(value: str, size: int = 4) -> list[str]:
    return [value[at : at + size] for at in range(0, len(value), size)]


def _pieces(value: str, size: int = 4) -> list[str]:
    return [f"{MARK}{group}{MARK}" for group in _groups(value, size)]


def _script(random: Random, value: str) -> str:
    nought = ord(random.choice(_NOUGHTS))
    return random.choice(("", " ", "-")).join(_groups("".join(chr(nought + int(digit)) for digit in value)))


def _every_script(random: Random, value: str) -> str:
    return "".join(chr(ord(random.choice(_NOUGHTS)) + int(digit)) for digit in value)


def _invisible(random: Random, value: str) -> str:
    return "".join(digit + random.choice(_INVISIBLE) * random.randint(0, 2) for digit in value[:-1]) + value[-1]


def _invisible_and_visible(random: Random, value: str) -> str:
    return random.choice(("\u200b \u200b", "\u2060-\u2060", "\ufeff.\ufeff")).join(_groups(value))


def _overridden(random: Random, value: str) -> str:
    """Stored the wrong way round, shown the right way."""
    return f"\u202e{value[::-1]}\u202c"


def _isolated(random: Random, value: str) -> str:
    return "".join(f"\u2068{group}\u2069" for group in _groups(value, random.choice((2, 4))))


def _alike(random: Random, value: str) -> str:
    """At most three digits replaced by letters that look like them."""
    places = random.sample(range(len(value)), min(3, len(value) // 2))
    swapped = [random.choice(_ALIKE.get(c, c)) if at in places else c for at, c in enumerate(value)]
    return random.choice(("", " ")).join(_groups("".join(swapped)))


def _marked_over(random: Random, value: str) -> str:
    return "".join(digit + "".join(random.choices("\u0301\u0338\u0323\u035c\u20dd\u0489", k=2)) for digit in value)


def _gapped(random: Random, value: str) -> str:
    return random.choice(_GAPS).join(_groups(value, random.choice((1, 2, 3, 4, 4, 4, 5, 6))))


def _gaps_at_random(random: Random, value: str) -> str:
    return "".join(digit + random.choice(("", "", " ", ".", "/", "-", "  ", "_")) for digit in value[:-1]) + value[-1]


def _lines(random: Random, value: str) -> str:
    return random.choice(("\n", "\r\n", "\n\n", " \n", "\u2028", "\n> ")).join(_groups(value, random.choice((1, 4, 4))))


def _bullets(random: Random, value: str) -> str:
    return "\n".join(f"{random.choice('-*•')} {piece}" for piece in _pieces(value))


def _bracketed(random: Random, value: str) -> str:
    left, right = random.choice(_BRACKETS)
    gap = random.choice(("", " "))
    return gap.join(f"{left}{group}{right}" for group in _groups(value, random.choice((1, 4, 4))))


def _chatter(random: Random, value: str) -> str:
    said = _pieces(value)
    return "".join(piece + random.choice(_BETWEEN) for piece in said[:-1]) + said[-1]


def _tagged(random: Random, value: str) -> str:
    tag = random.choice(("i", "b", "span", "td"))
    return "".join(f"<{tag}>{piece}</{tag}>" for piece in _pieces(value))


def _lettered(random: Random, value: str) -> str:
    return random.choice(("x", "X", "o.", "n")).join(_pieces(value))


def _listed(random: Random, value: str) -> str:
    return random.choice(
        (
            f"[{', '.join(value)}]",
            "[" + ", ".join(f"'{group}'" for group in _groups(value)) + "]",
            "(" + ",".join(_groups(value)) + ")",
            "{" + "; ".join(_groups(value, 2)) + "}",
        )
    )


def _thousands(random: Random, value: str) -> str:
    return random.choice((",", ".", "'", "\u202f")).join(_groups(value[::-1], 3))[::-1]


def _from_a_sheet(random: Random, value: str) -> str:
    return random.choice(("{}.0", "'{}", '="{}"', "{}.00", "€{}", "#{}", "no{}")).format(f"{MARK}{value}{MARK}")


def _emoji(random: Random, value: str) -> str:
    return random.choice(("🔥", " 😅 ", "❤️", "👉", " ✨ ")).join(_groups(value, random.choice((1, 4))))


def _backwards(random: Random, value: str) -> str:
    return random.choice(_BACKWARDS).format(f"{MARK}{value[::-1]}{MARK}")


def _nul(random: Random, value: str) -> str:
    return "\x00".join(_groups(value, random.choice((1, 4))))


def _half_scripts(random: Random, value: str) -> str:
    half = len(value) // 2
    return value[:half] + random.choice(("", " ")) + _every_script(random, value[half:])


def _ringed(random: Random, value: str) -> str:
    rings = random.choice(_RINGED)
    return random.choice(("", " ")).join(rings[int(digit)] for digit in value)


def _raised(random: Random, value: str) -> str:
    form = random.choice(_RAISED)
    return "".join(form[int(digit)] for digit in value)


# Of digits alone. Those of SHORT suit a code of three digits as well.
SHORT: MappingProxyType[str, Disguise] = MappingProxyType(
    {
        "script": _script,
        "every script": _every_script,
        "full width": lambda random, value: "".join(chr(0xFF10 + int(digit)) for digit in value),
        "han": lambda random, value: "".join(_HAN[int(digit)] for digit in value),
        "ringed": _ringed,
        "raised": _raised,
        "keycaps": lambda random, value: random.choice(("", " ")).join(f"{digit}\ufe0f\u20e3" for digit in value),
        "spaced": lambda random, value: " ".join(value),
        "gaps": _gapped,
        "lines": _lines,
        "brackets": _bracketed,
        "invisible": _invisible,
        "overridden": _overridden,
        "isolated": _isolated,
        "marked over": _marked_over,
        "emoji": _emoji,
        "list": _listed,
        "one by one": spoken.one_by_one,
        "run together": spoken.run_together,
        "double and triple": spoken.double_and_triple,
        "pairs": spoken.by_pairs,
        "radio": spoken.over_the_radio,
        "abroad": spoken.abroad,
        "some said": spoken.some_said,
        "backwards": _backwards,
        "percent": coded.percent,
        "entities": coded.entities,
        "escapes": coded.escapes,
        "quoted-printable": coded.quoted_printable,
    }
)
LONG: MappingProxyType[str, Disguise] = MappingProxyType(
    {
        **SHORT,
        "plain": lambda random, value: value,
        "invisible and visible": _invisible_and_visible,
        "half scripts": _half_scripts,
        "alike": _alike,
        "gaps at random": _gaps_at_random,
        "bullets": _bullets,
        "chatter": _chatter,
        "tags": _tagged,
        "letters between": _lettered,
        "thousands": _thousands,
        "sheet": _from_a_sheet,
        "nul": _nul,
        "said by thousands": spoken.by_thousands,
        "braille": lambda random, value: "⠼" + "".join(_BRAILLE[int(digit)] for digit in value),
        "morse": lambda random, value: random.choice((" ", " / ")).join(_MORSE[int(digit)] for digit in value),
        "base64": coded.base64_of,
        "wide base64": coded.base64_of_wide,
        "base32": coded.base32_of,
        "base85": coded.base85_of,
        "hexadecimal": coded.hexadecimal,
        "binary": coded.binary,
        "character numbers": coded.character_numbers,
        "code points": coded.code_points,
        "nested": coded.nested,
    }
)


def _shifted(random: Random, value: str) -> str:
    """Letters and digits of one mathematical alphabet, or ringed."""
    upper, nought = random.choice(((0x1D400, 0x1D7CE), (0x1D5A0, 0x1D7E2), (0x1D670, 0x1D7F6), (0xFF21, 0xFF10)))
    return "".join(chr(nought + int(c)) if c.isdigit() else chr(upper + ord(c) - ord("A")) for c in value.upper())


def _ringed_letters(random: Random, value: str) -> str:
    return "".join(_RINGED[0][int(c)] if c.isdigit() else chr(0x24B6 + ord(c) - ord("A")) for c in value.upper())


def _alike_letters(random: Random, value: str) -> str:
    return "".join(random.choice(_ALIKE_LETTERS.get(c, c)) for c in value)


def _digits_said(random: Random, value: str) -> str:
    return " ".join(spoken.ENGLISH[int(c)] if c.isdigit() else c for c in value)


# Of capital letters and digits.
MIXED: MappingProxyType[str, Disguise] = MappingProxyType(
    {
        "plain": lambda random, value: value,
        "printed": lambda random, value: " ".join(_groups(value)),
        "lower case": lambda random, value: random.choice(("", " ")).join(_groups(value.lower())),
        "spaced": lambda random, value: " ".join(value),
        "gaps": _gapped,
        "gaps at random": _gaps_at_random,
        "lines": _lines,
        "brackets": _bracketed,
        "invisible": _invisible,
        "overridden": _overridden,
        "chatter": _chatter,
        "backwards": _backwards,
        "shifted": _shifted,
        "ringed": _ringed_letters,
        "alike": _alike_letters,
        "radio": spoken.over_the_radio,
        "digits said": _digits_said,
        "base64": coded.base64_of,
        "base32": coded.base32_of,
        "hexadecimal": coded.hexadecimal,
        "percent": coded.percent,
        "entities": coded.entities,
        "escapes": coded.escapes,
        "quoted-printable": coded.quoted_printable,
    }
)
