"""A secret in the codes of machines: bases, escapes, character numbers, and one code inside another."""

from __future__ import annotations

import base64
from random import Random


def base64_of(random: Random, value: str) -> str:
    coded = base64.b64encode(_grouped(random, value).encode()).decode()
    return random.choice((coded, coded.rstrip("="), base64.urlsafe_b64encode(value.encode()).decode()))


def base64_of_wide(random: Random, value: str) -> str:
    """Two bytes a character, as some exports have it."""
    return base64.b64encode(value.encode("utf-16-le")).decode()


def base32_of(random: Random, value: str) -> str:
    coded = base64.b32encode(value.encode()).decode()
    return random.choice((coded, coded.lower(), coded.rstrip("=")))


def base85_of(random: Random, value: str) -> str:
    return base64.a85encode(value.encode(), adobe=True).decode()


def hexadecimal(random: Random, value: str) -> str:
    pairs = [f"{byte:02x}" for byte in value.encode()]
    joined = random.choice(("", " ", "-", ":", ",")).join(pairs)
    return random.choice((joined, joined.upper(), "0x" + "".join(pairs), " ".join(f"0x{pair}" for pair in pairs)))


def binary(random: Random, value: str) -> str:
    return " ".join(f"{byte:08b}" for byte in value.encode())


def character_numbers(random: Random, value: str) -> str:
    return random.choice((" ", ",", ", ", "-")).join(str(byte) for byte in value.encode())


def percent(random: Random, value: str) -> str:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in value)
    return random.choice(
        (
            "".join(f"%{byte:02x}" for byte in value.encode()),
            "".join(f"%25{byte:02X}" for byte in value.encode()),
            "".join(f"%u{ord(c):04x}" for c in value),
            "".join(f"%{byte:02X}" for byte in wide.encode()),
        )
    )


def entities(random: Random, value: str) -> str:
    form = random.choice(("&#{};", "&#x{:X};", "&#000{};", "&amp;#{};", "&#x{:x}"))
    shift = random.choice((0, 0, 0xFEE0))
    return "".join(form.format(ord(c) + shift) for c in value)


def escapes(random: Random, value: str) -> str:
    form = random.choice(("\\u{:04X}", "\\u00{:02x}", "\\u{{{:x}}}", "\\x{:02X}", "\\{:o}", "\\{:x} ", "\\\\u{:04x}"))
    return "".join(form.format(ord(c)) for c in value).strip()


def code_points(random: Random, value: str) -> str:
    return " ".join(f"U+{ord(c):04X}" for c in value)


def quoted_printable(random: Random, value: str) -> str:
    """As mail programs write it; a long one with a soft line break in it."""
    coded = [f"={ord(c):02X}" for c in value]
    half = len(coded) // 2
    return "".join(coded[:half]) + random.choice(("", "=\n")) + "".join(coded[half:])


def nested(random: Random, value: str) -> str:
    """One code in another."""
    inner = random.choice((base64_of, hexadecimal, escapes))(random, value)
    outer = random.choice((lambda text: base64.b64encode(text.encode()).decode(), _percent_all, _entities_all))
    return outer(inner)


def _percent_all(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _entities_all(text: str) -> str:
    return "".join(f"&#{ord(c)};" for c in text)


def _grouped(random: Random, value: str) -> str:
    return random.choice(("", " ")).join(value[at : at + 4] for at in range(0, len(value), 4))
