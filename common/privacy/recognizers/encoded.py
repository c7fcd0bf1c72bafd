"""Numbers hidden in another alphabet: Base64, 85 and 32, hexadecimal, binary and lists of character codes."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from common.privacy.recognizers.base import Finding, Recogniser
from common.privacy.recognizers.card_number import holds_card_number

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,4000}={0,2}")
_BASE64_PARTED = re.compile(r"(?<!\S)(?:[A-Za-z0-9+/]{4}[ \n]){2,100}[A-Za-z0-9+/]{2,4}={0,2}(?![^\s.,!?])")
_BASE85 = re.compile(r"(?<!\S)(?=\S{0,40}[^\s\w])(?=\S{0,40}[A-Za-z])[!-~]{15,400}(?!\S)")
_BASE32 = re.compile(r"(?:(?<![A-Z0-9])[A-Z2-7]{16,4000}|(?<![A-Za-z0-9])[a-z2-7]{16,4000})(?:={1,6}|(?![A-Z0-9]))")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?(?:[0-9A-Fa-f]{2}[ :.,_-]?){8,2000}(?![0-9A-Za-z])")
_HEX_GLUED = re.compile(r"(?:0[xX])?(?:3[0-9][ :,._-]?){12,200}3[0-9]")
_HEX_LIST = re.compile(r"(?:\b0[xX][2-7][0-9a-fA-F]\b[ ,;]{0,3}){3,200}")
_CODES = re.compile(r"(?<!\d)(?:(?:0?4[89]|0?5[0-7])[ ,;.-]{1,2}){11,200}(?:0?4[89]|0?5[0-7])(?!\d)")
_BINARY = re.compile(r"(?<!\d)(?:[01]{8}[ ,.-]?){8,500}(?!\d)|(?<!\d)(?:[01]{4}[ ,.-]){7,500}[01]{4}(?!\d)")
_OCTAL = re.compile(r"(?<!\d)(?:0?(?:6[0-7]|7[01])[ ,;.-]{1,2}){11,200}0?(?:6[0-7]|7[01])(?!\d)")
_BASE85_FRAMED = re.compile(r"<~[!-uz\s]{5,400}?~>")
# Digits are five marks each, in Morse; letters between them may belong to a bank's number.
_MORSE = re.compile(r"(?<![.\-·•_])(?:[.\-·•_]{1,5}[ /|,\n]{1,3}){2,120}[.\-·•_]{5}(?![.\-·•_])")
_MORSE_DIGIT = re.compile(r"(?<![.\-])(?:\.{1,5}-{0,4}|-{1,5}\.{0,4})(?![.\-])")
_NUMBER = re.compile(r"\b0x(?P<value>[0-9a-fA-F]{10,17})\b")
_DIGITS = re.compile(rb"\d(?:[ .-]{0,2}\d){11,}|[A-Za-z]{2}\d{2}[ .-]?(?:[A-Za-z0-9]{1,4}[ .-]?){3,}")
# How gzip and zlib begin: what is packed is not looked into.
_COMPRESSED = (b"\x1f\x8b", b"x\x9c", b"x\x01", b"x\xda")
_MAX_LAYERS = 3
_GLUED_FROM = 16


class EncodedRecogniser(Recogniser):
    """Decodes, layer under layer, and judges by what comes out: readable text with digits or an address in it."""

    entities = ("ENCODED",)

    def find(self, text: str) -> Iterator[Finding]:
        for match in _BASE64.finditer(text):
            if _hides(match.group()) or (len(match.group()) >= _GLUED_FROM and _glued(match.group())):
                yield Finding("ENCODED", *match.span(), 0.9)
        for match in _BASE64_PARTED.finditer(text):
            plain = _base64(re.sub(r"\s", "", match.group()))
            if plain is not None and _DIGITS.search(plain):
                yield Finding("ENCODED", *match.span(), 0.9)
        for match in _BASE85.finditer(text):
            if any(_is_telling(plain) for plain in _base85(match.group())):
                yield Finding("ENCODED", *match.span(), 0.9)
        for match in _BASE85_FRAMED.finditer(text):
            yield Finding("ENCODED", *match.span(), 1.0)
        for match in _MORSE.finditer(text):
            if _is_morse(match.group()):
                yield Finding("ENCODED", *match.span(), 1.0)
        for match in _NUMBER.finditer(text):
            if holds_card_number(str(int(match["value"], 16))):
                yield Finding("ENCODED", *match.span(), 0.9)
        for pattern in (_HEX, _BASE32):
            for match in pattern.finditer(text):
                if _hides(match.group()):
                    yield Finding("ENCODED", match.start(), match.start() + len(match.group().rstrip(" ,.:-_")), 1.0)
        for pattern in (_CODES, _BINARY, _OCTAL, _HEX_LIST, _HEX_GLUED):
            for match in pattern.finditer(text):
                yield Finding("ENCODED", *match.span(), 1.0)


def _hides(token: str, layer: int = 1) -> bool:
    for decode in _DECODERS:
        plain = decode(token)
        if plain is None:
            continue
        if _is_telling(plain):
            return True
        inner = plain.decode("latin-1").strip()
        if (
            layer < _MAX_LAYERS
            and len(inner) >= 12
            and inner.isascii()
            and inner.isprintable()
            and _hides(inner, layer + 1)
        ):
            return True
    return False


def _glued(token: str) -> bool:
    """Whether a long number is in a token whose beginning and end are words stuck to it."""
    for offset in range(4):
        body = token.rstrip("=")[offset:]
        plain = _base64(body[: len(body) // 4 * 4])
        if plain is not None and _DIGITS.search(plain):
            return True
    return False


def _is_morse(marks: str) -> bool:
    """Whether dots and dashes make three digits and more, which a row of dots or a line of dashes does not."""
    plain = re.sub("[·•]", ".", marks).replace("_", "-")
    digits = [sign for sign in _MORSE_DIGIT.findall(plain) if len(sign) == 5]
    return len(digits) >= 3 and "." in plain and "-" in plain and len(set(digits)) > 1


def _base64(token: str) -> bytes | None:
    plain = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _base32(token: str) -> bytes | None:
    plain = token.rstrip("=").upper()
    try:
        return base64.b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError):
        return None


def _base85(token: str) -> Iterator[bytes]:
    framed = token.removeprefix("<~").removesuffix("~>")
    for decode in (base64.b85decode, base64.a85decode):
        try:
            yield decode(framed)
        except ValueError:
            continue


def _hex(token: str) -> bytes | None:
    digits = re.sub(r"[ :.,_-]", "", token.removeprefix("0x").removeprefix("0X"))
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2])
    except ValueError:
        return None


_DECODERS: tuple[Callable[[str], bytes | None], ...] = (_base64, _base32, _hex)


def _is_telling(plain: bytes) -> bool:
    if plain[:2] in _COMPRESSED and len(plain) >= 20:
        return True
    printable = all(32 <= byte < 127 or byte in (9, 10, 13) for byte in plain)
    digits = sum(48 <= byte < 58 for byte in plain)
    return len(plain) >= 8 and printable and (digits >= 4 or b"@" in plain)
