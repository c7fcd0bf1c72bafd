"""Escapes that hide characters in plain sight: percent, HTML, backslash, code points, quoted-printable and Braille.

A layer is taken off at a time, because escapes are escaped again ("%2534", "&amp;#52;").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

_ESCAPE = re.compile(
    r"(?P<percent>(?:%[0-9a-fA-F]{2})+)"
    r"|(?P<bytes>(?:\\x[0-9a-fA-F]{2})+)"
    r"|(?P<quoted>(?<!\d)=[2-9A-F][0-9A-F](?:(?:=\r?\n)?=[2-9A-F][0-9A-F]){2,})"
    r"|&#(?P<decimal>[0-9]{1,7});?"
    r"|&#[xX](?P<hex>[0-9a-fA-F]{1,6});?"
    r"|&(?P<name>[A-Za-z]{2,20});"
    r"|[\\%]u(?P<unicode>[0-9a-fA-F]{4})"
    r"|\\[ux]\{(?P<braced>[0-9a-fA-F]{1,6})\}"
    r"|\\(?P<css>00[0-9a-fA-F]{4})(?: (?=\\))?"
    r"|\\U(?P<wide>[0-9a-fA-F]{8})"
    r"|(?P<octal>(?:\\[01][0-7]{2}(?!\d)){2,64})"
    r"|(?P<short>(?:\\[2-7][0-9a-fA-F](?![0-9a-zA-Z]) ?){2,})"
    r"|(?P<braille>[\u2801-\u283f]+)"
    r"|U\+(?P<point>[0-9A-F]{4,6}|[0-9a-f]{4,6}\b)(?: (?=U\+))?"
)
_BYTES = {"percent": ("%", 3), "bytes": ("\\x", 4), "quoted": ("=", 3)}
_QUOTED_PART = re.compile(r"(?:=[2-9A-F][0-9A-F])+")
_PAIR = re.compile(r"\\(?P<code>[0-9a-fA-F]{2}) ?")
# Digits as octal codes: what else two octal figures say is no letter.
_OCTAL_DIGIT = re.compile(r"6[0-7]|7[01]")
_NUMBER_SIGN = "\u283c"
_BRAILLE = dict(zip("⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵", "abcdefghijklmnopqrstuvwxyz", strict=True))
# The first ten letters are digits after the number sign, in Nemeth's code a row lower.
_BRAILLE_DIGITS = dict(zip("⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠂⠆⠒⠲⠢⠖⠶⠦⠔⠴", "1234567890" * 2, strict=True))


def any_in(text: str) -> bool:
    """Whether there is a layer to take off."""
    return _ESCAPE.search(text) is not None


def without(text: str) -> Iterator[tuple[str, int, int]]:
    """The characters of `text` with one layer of escapes taken off, each with the span it stood at; linear."""
    at = 0
    for match in _ESCAPE.finditer(text):
        for index in range(at, match.start()):
            yield text[index], index, index + 1
        yield from _characters(match)
        at = match.end()
    for index in range(at, len(text)):
        yield text[index], index, index + 1


def _characters(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    kind = str(match.lastgroup)
    start, end = match.span()
    if kind == "quoted" and "\n" in match.group():  # a soft line break says nothing
        for part in _QUOTED_PART.finditer(match.group()):
            yield from _decoded(part.group(), kind, start + part.start())
    elif kind in _BYTES:
        yield from _decoded(match.group(), kind, start)
    elif kind == "short":
        pairs = list(_PAIR.finditer(match.group()))
        base = 8 if all(_OCTAL_DIGIT.fullmatch(pair["code"]) for pair in pairs) else 16
        for pair in pairs:
            yield _printable(chr(int(pair["code"], base))), start + pair.start(), start + pair.end()
    elif kind == "braille":
        yield from _cells(match.group(), start)
    elif kind == "octal":
        for at in range(start, end, 4):
            yield _printable(chr(int(match.group()[at - start + 1 : at - start + 4], 8))), at, at + 4
    elif kind == "name":
        for character in html5.get(f"{match['name']};", match.group()):
            yield character, start, end
    else:
        code = int(match[kind], 10 if kind == "decimal" else 16)
        yield _printable(chr(code) if code < 0x110000 else " "), start, end


def _decoded(written: str, kind: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Bytes written out one by one, read as UTF-8 or else as Latin-1."""
    mark, width = _BYTES[kind]
    raw = bytes.fromhex(written.replace(mark, ""))
    try:
        plain = raw.decode()
    except UnicodeDecodeError:  # no escape at all ("%B5" begins a card's track), or one of another century
        plain = written if len(raw) < 3 else raw.decode("latin-1")
        width = 1 if len(raw) < 3 else width
        for index, character in enumerate(plain):
            yield _printable(character), start + index * width, start + (index + 1) * width
        return
    at = start
    for character in plain:
        size = len(character.encode()) * width
        yield _printable(character), at, at + size
        at += size


def _cells(cells: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Braille: letters, and digits from a number sign on to the next other cell."""
    numbers = len(cells) >= 3 and all(_BRAILLE.get(cell, "z") < "k" for cell in cells)
    since = start
    for at, cell in enumerate(cells, start):
        if cell == _NUMBER_SIGN:
            numbers = True
            continue
        numbers = numbers and cell in _BRAILLE_DIGITS
        yield (_BRAILLE_DIGITS[cell] if numbers else _BRAILLE.get(cell, " ")), since, at + 1
        since = at + 1


def _printable(character: str) -> str:
    """A control character, or half of a longer encoding, separates at most."""
    return character if ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 else " "
