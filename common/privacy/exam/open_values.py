"""What goes into the holes of the open half's frames."""

from __future__ import annotations

from random import Random
from typing import Any

from common.privacy.exam import secrets, writings
from common.privacy.exam.messages import Value, secret_of

WAYS = tuple(writings.OPEN)
# Kinds whose name in the frames differs from the kind they are reported as.
_REPORTED = {"NAME": "PERSON", "SINGLE": "PERSON", "STREET": "ADDRESS", "ITIN": "SSN", "IMEI": "DEVICE_ID"}
_SHORT = ("plain", "plain", "words", "other digits")


class OpenValues:
    """Of one message: `people` as in open/people.yml, `way` the writing of its card number."""

    def __init__(self, random: Random, people: Any, way: str) -> None:
        self._random, self._people, self._way = random, people, way
        self._country = random.choice(sorted(people["streets"]))

    def make(self, kind: str) -> Value:
        special = getattr(self, f"_{kind.lower()}", None)
        if special is None:
            value = secrets.MAKERS[kind](self._random)
            plain, written, writing = value, value, "plain"
        else:
            plain, written, writing = special()
        return Value(_REPORTED.get(kind, kind), plain, written, writing)

    def _digits(self, value: str, ways: tuple[str, ...] = _SHORT) -> tuple[str, str, str]:
        way = self._random.choice(ways)
        return value, writings.OPEN[way](self._random, value), way

    def _card_number(self) -> tuple[str, str, str]:
        value = secrets.card_number(self._random)
        return value, writings.OPEN[self._way](self._random, value), self._way

    def _iban(self) -> tuple[str, str, str]:
        value = secrets.iban(self._random)
        return value, writings.iban(self._random, value), "IBAN"

    def _encoded(self) -> tuple[str, str, str]:
        value = self._random.choice((secrets.card_number, secrets.iban))(self._random)
        return value, writings.encoded(self._random, value), "encoded"

    def _code(self) -> tuple[str, str, str]:
        return self._digits(secrets.digits(self._random, 6))

    def _pin(self) -> tuple[str, str, str]:
        return self._digits(secrets.digits(self._random, 4))

    def _cvv(self) -> tuple[str, str, str]:
        return self._digits(secrets.digits(self._random, 3))

    def _account_number(self) -> tuple[str, str, str]:
        return self._digits(secrets.account_number(self._random), ("plain", "plain", "plain", "words", "other digits"))

    def _card_expiry(self) -> tuple[str, str, str]:
        month, year = self._random.randint(1, 12), self._random.randint(26, 33)
        value = self._random.choice(
            (f"{month:02d}/{year}", f"{month:02d}/20{year}", f"{month:02d}-{year}", f"{month:02d} / {year}")
        )
        return value, value, "plain"

    def _password(self) -> tuple[str, str, str]:
        value = self._random.choice((*self._people["passwords"], writings.symbols(self._random, 10)))
        return value, value, "plain"

    def _email_address(self) -> tuple[str, str, str]:
        value = f"{self._random.choice(self._people['mails'])}@{self._random.choice(self._people['domains'])}"
        return value, writings.spoken_mail(self._random, value), "said"

    def _name(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["names"])
        return value, writings.name(self._random, value), "name"

    def _single(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["singles"])
        return value, writings.name(self._random, value), "name"

    def _street(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["streets"][self._country])
        return value, writings.street(self._random, value), "street"

    def _postcode(self) -> tuple[str, str, str]:
        codes = self._people["postcodes"]
        value = self._random.choice(codes.get(self._country, codes["gb"]))
        return secret_of(value), value, "plain"
