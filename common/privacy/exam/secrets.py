"""Invented secrets with valid check digits, one function a kind; nothing here belongs to anybody."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable
from random import Random

_CARDS = (
    ("4", 16), ("4", 13), ("4", 19), ("51", 16), ("55", 16), ("2223", 16), ("2719", 16), ("34", 15), ("37", 15),
    ("3056", 14), ("38", 14), ("6011", 16), ("65", 16), ("3528", 16), ("3589", 16), ("6304", 16), ("6759", 18),
    ("62", 16), ("62", 19), ("60", 16), ("2204", 16), ("9792", 16),
)  # fmt: skip
# Country, and the shape of its account part: a letter for letters, 9 for digits, x for either.
_IBANS = {
    "GB": "AAAA99999999999999", "DE": "999999999999999999", "FR": "9999999999xxxxxxxxxxx99", "NL": "AAAA9999999999",
    "ES": "99999999999999999999", "IT": "A9999999999xxxxxxxxxxxx", "PL": "999999999999999999999999",
    "CH": "99999xxxxxxxxxxxx", "NO": "99999999999", "MT": "AAAA99999xxxxxxxxxxxxxxxxxx", "IE": "AAAA99999999999999",
    "SE": "99999999999999999999", "LT": "9999999999999999", "AE": "9999999999999999999", "PT": "999999999999999999999",
}  # fmt: skip
_PHONES = (
    "07{9}", "+44 7{9}", "+1 212 55{5}", "(415) 555-{4}", "+49 151 {8}", "+33 6 {8}", "+34 6{8}", "+48 5{8}",
    "+91 98{8}", "0041 79 {7}", "+353 85 {7}", "020 7946 0{3}", "+234 803 {7}",
)  # fmt: skip


def digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def letters(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_uppercase, k=count))


def card_number(random: Random) -> str:
    prefix, length = random.choice(_CARDS)
    body = prefix + digits(random, length - len(prefix) - 1)
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(body)))
    return body + str(-sum(value - 9 * (value > 9) for value in doubled) % 10)


def iban(random: Random) -> str:
    country, shape = random.choice(sorted(_IBANS.items()))
    kinds = {"A": string.ascii_uppercase, "9": string.digits, "x": string.digits + string.ascii_uppercase}
    return iban_of(country, "".join(random.choice(kinds[kind]) for kind in shape))


def iban_of(country: str, account: str) -> str:
    """The IBAN of an account, with its check digits."""
    number = int("".join(str(int(character, 36)) for character in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02d}{account}"


def sort_code(random: Random) -> str:
    return "-".join((digits(random, 2), str(random.randint(32, 99)), digits(random, 2)))


def account_number(random: Random) -> str:
    return str(random.randint(1, 9)) + digits(random, 7)


def routing_number(random: Random) -> str:
    body = random.choice(("02", "11", "26", "32")) + digits(random, 6)
    weighted = sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return body + str(-weighted % 10)


def ssn(random: Random) -> str:
    parts = (f"{random.randint(101, 665)}", f"{random.randint(10, 99)}", f"{random.randint(1000, 9999)}")
    return random.choice(("-", " ", "", ".", "/")).join(parts)


def itin(random: Random) -> str:
    parts = (f"9{digits(random, 2)}", f"{random.randint(70, 88)}", f"{random.randint(1000, 9999)}")
    return random.choice(("-", " ", "")).join(parts)


def bic(random: Random) -> str:
    country = random.choice(("DE", "GB", "FR", "US", "NL", "CH"))
    branch = random.choice(("", "XXX", digits(random, 3)))
    value = letters(random, 4) + country + random.choice(("FF", "2L", "22", "MM")) + branch
    return random.choice((value, value.lower()))


def phone_number(random: Random) -> str:
    shape = random.choice(_PHONES)
    for count in range(3, 10):
        shape = shape.replace(f"{{{count}}}", digits(random, count))
    return random.choice((shape, shape.replace(" ", "-"), shape.replace(" ", "."), shape.replace(" ", "")))


def date_of_birth(random: Random) -> str:
    day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(1938, 2007)
    name = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ][month - 1]  # fmt: skip
    return random.choice(
        (
            f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{day}.{month}.{year % 100:02d}",
            f"{day} {name} {year}", f"{name} {day}, {year}", f"{day}th of {name[:3].lower()} {year}",
            f"{day:02d}{month:02d}{year}",
        )
    )  # fmt: skip


def passport(random: Random) -> str:
    return random.choice(
        (digits(random, 9), letters(random, 1) + digits(random, 8), letters(random, 2) + digits(random, 7))
    )


def driving_licence(random: Random) -> str:
    return f"{letters(random, 5)}{digits(random, 6)}{letters(random, 2)}9{letters(random, 2)}"


def ni_number(random: Random) -> str:
    body = random.choice(("AB", "CE", "JK", "PR", "SW", "ZX")), digits(random, 6), random.choice("ABCD")
    return random.choice(
        ("".join(body), f"{body[0]} {body[1][:2]} {body[1][2:4]} {body[1][4:]} {body[2]}", "".join(body).lower())
    )


def tax_id(random: Random) -> str:
    return random.choice((digits(random, 10), digits(random, 11), f"{digits(random, 2)}-{digits(random, 7)}"))


def ip_address(random: Random) -> str:
    fourth = ".".join(str(random.randint(1, 254)) for _ in range(4))
    sixth = ":".join(f"{random.randint(0, 0xFFFF):x}" for _ in range(8))
    return random.choice(
        (fourth, fourth.replace(".", "[.]", 1), sixth, f"2001:db8::{digits(random, 3)}:{digits(random, 2)}")
    )


def device_id(random: Random) -> str:
    pairs = [f"{random.randint(0, 255):02X}" for _ in range(6)]
    joined = "".join(pairs)
    return random.choice((":".join(pairs), "-".join(pairs), f"{joined[:4]}.{joined[4:8]}.{joined[8:]}".lower()))


def imei(random: Random) -> str:
    body = "35" + digits(random, 12)
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(body)))
    return body + str(-sum(value - 9 * (value > 9) for value in doubled) % 10)


def crypto_address(random: Random) -> str:
    base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    return random.choice(
        (
            f"1{''.join(random.choices(base58, k=33))}",
            f"bc1q{''.join(random.choices(bech32, k=38))}",
            "0x" + hashlib.sha256(digits(random, 20).encode()).hexdigest()[:40],
        )
    )


MAKERS: dict[str, Callable[[Random], str]] = {
    "SORT_CODE": sort_code, "ACCOUNT_NUMBER": account_number, "ROUTING_NUMBER": routing_number, "SSN": ssn,
    "ITIN": itin, "BIC": bic, "PHONE_NUMBER": phone_number, "DATE_OF_BIRTH": date_of_birth, "PASSPORT": passport,
    "DRIVING_LICENCE": driving_licence, "NI_NUMBER": ni_number, "TAX_ID": tax_id, "IP_ADDRESS": ip_address,
    "DEVICE_ID": device_id, "IMEI": imei, "CRYPTO_ADDRESS": crypto_address,
}  # fmt: skip
