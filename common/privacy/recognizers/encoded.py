"""Text hidden in Base64 or hexadecimal: what decodes to readable text with digits in it is masked whole."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from common.privacy.recognizers.base import Finding, Recogniser

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/_=-])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ :]?){8,}(?![0-9A-Za-z])")


class EncodedRecogniser(Recogniser):
    """Decodes, and judges by what comes out."""

    entities = ("ENCODED",)

    def find(self, text: str) -> Iterator[Finding]:
        for match in _BASE64.finditer(text):
            token = match.group().rstrip("=").replace("-", "+").replace("_", "/")
            try:
                plain = base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
            except (binascii.Error, ValueError):
                continue
            if _is_text(plain):
                yield Finding("ENCODED", *match.span(), 0.9)
        for match in _HEX.finditer(text):
            digits = re.sub(r"[ :]", "", match.group())
            if _is_text(bytes.fromhex(digits[: len(digits) // 2 * 2])):
                yield Finding("ENCODED", match.start(), match.end(), 0.9)


def _is_text(plain: bytes) -> bool:
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in plain)
    digits = sum(48 <= byte < 58 for byte in plain)
    return len(plain) >= 8 and printable == len(plain) and (digits >= 4 or b"@" in plain)
