"""Escapes that hide characters in plain sight: percent, HTML, backslash, code points and quoted-printable.

A layer is taken off at a time, because escapes are escaped again ("%2534", "&amp;#52;").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

_ESCAPE = re.compile(
    r"(?P<percent>(?:%[0-9a-fA-F]{2}){1,64})"
    r"|(?P<bytes>(?:\\x[0-9a-fA-F]{2}){1,64})"
    r"|(?P<quoted>(?<!\d)(?:=[2-7][0-9A-F]){3,64})"
    r"|&#(?P<decimal>[0-9]{1,7});?"
    r"|&#[xX](?P<hex>[0-9a-fA-F]{1,6});?"
    r"|&(?P<name>[A-Za-z]{2,20});"
    r"|\\u(?P<unicode>[0-9a-fA-F]{4})"
    r"|\\[ux]\{(?P<braced>[0-9a-fA-F]{1,6})\}"
    r"|\\(?P<css>00[0-9a-fA-F]{4})(?: (?=\\))?"
    r"|\\U(?P<wide>[0-9a-fA-F]{8})"
    r"|(?P<octal>(?:\\[01][0-7]{2}(?!\d)){2,64})"
    r"|U\+(?P<point>[0-9A-F]{4,6}|[0-9a-f]{4,6}\b)(?: (?=U\+))?"
)
_BYTES = {"percent": ("%", 3), "bytes": ("\\x", 4), "quoted": ("=", 3)}


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
    if kind in _BYTES:
        mark, width = _BYTES[kind]
        raw = bytes.fromhex(match.group().replace(mark, ""))
        try:
            plain = raw.decode()
        except UnicodeDecodeError:  # no escape at all ("%B5" begins a card's track), or one of another century
            plain = match.group() if len(raw) < 3 else raw.decode("latin-1")
            width = 1 if len(raw) < 3 else width
            for index, character in enumerate(plain):
                yield _printable(character), start + index * width, start + (index + 1) * width
            return
        at = start
        for character in plain:
            size = len(character.encode()) * width
            yield _printable(character), at, at + size
            at += size
    elif kind == "octal":
        for at in range(start, end, 4):
            yield _printable(chr(int(match.group()[at - start + 1 : at - start + 4], 8))), at, at + 4
    elif kind == "name":
        for character in html5.get(f"{match['name']};", match.group()):
            yield character, start, end
    else:
        code = int(match[kind], 10 if kind == "decimal" else 16)
        yield _printable(chr(code) if code < 0x110000 else " "), start, end


def _printable(character: str) -> str:
    """A control character, or half of a longer encoding, separates at most."""
    return character if ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 else " "
