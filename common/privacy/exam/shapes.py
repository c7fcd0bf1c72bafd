"""Values by example: "+44 7### ######"."""

from __future__ import annotations

import string
from random import Random

_DRAWN = {
    "#": string.digits,
    "@": string.ascii_uppercase,
    "&": "0123456789abcdef",
    "^": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "~": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
}


def fill(random: Random, shape: str) -> str:
    """`#` becomes a digit, `@` a capital letter, `&` a hexadecimal digit, `^` one of base 58, `~` one of
    bech32; the rest stays."""
    return "".join(random.choice(_DRAWN[c]) if c in _DRAWN else c for c in shape)
