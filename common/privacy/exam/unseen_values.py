"""What goes into the holes of the unseen half's frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from common.privacy.exam import coded, secrets, shapes, typed
from common.privacy.exam.disguises import LONG, MIXED, SHORT, Disguise
from common.privacy.exam.messages import Value, secret_of

WAYS = tuple(LONG)
_REPORTED = {
    "NAME": "PERSON", "SINGLE": "PERSON", "NICKNAME": "PERSON", "SURNAME": "PERSON", "SPELT": "PERSON",
    "STREET": "ADDRESS", "US_ACCOUNT": "ACCOUNT_NUMBER", "ITIN": "SSN", "IMEI": "DEVICE_ID",
}  # fmt: skip
# Kinds that are digits alone, and how they may be written; half of them plainly.
_DIGITS: Mapping[str, Mapping[str, Disguise]] = {
    "CODE": SHORT, "PIN": SHORT, "CVV": SHORT, "ACCOUNT_NUMBER": LONG, "US_ACCOUNT": SHORT, "ROUTING_NUMBER": SHORT,
    "PHONE_NUMBER": SHORT, "SSN": SHORT,
}  # fmt: skip
_CODES = (coded.base64_of, coded.base32_of, coded.hexadecimal, coded.percent, coded.entities, coded.escapes,
          coded.quoted_printable, coded.code_points, coded.nested)  # fmt: skip


class UnseenValues:
    """Of one message: `people` as in unseen/people.yml with the shapes beside them, `way` that of its card number."""

    def __init__(self, random: Random, people: Any, way: str) -> None:
        self._random, self._people, self._way = random, people, way
        self._country = random.choice(sorted(people["places"]))

    def make(self, kind: str) -> Value:
        special: Callable[[], tuple[str, str, str]] | None = getattr(self, f"_{kind.lower()}", None)
        plain, written, writing = special() if special else self._shaped(kind)
        return Value(_REPORTED.get(kind, kind), plain, written, writing)

    def _shaped(self, kind: str) -> tuple[str, str, str]:
        made = self._people["shapes"].get(kind)
        plain = shapes.fill(self._random, self._random.choice(made)) if made else secrets.MAKERS[kind](self._random)
        if kind in _DIGITS and self._random.random() < 0.5:
            return self._disguised("".join(filter(str.isdigit, plain)), _DIGITS[kind])
        return plain, plain, "plain"

    def _disguised(self, value: str, ways: Mapping[str, Disguise], way: str = "") -> tuple[str, str, str]:
        way = way or self._random.choice(sorted(ways))
        return value, ways[way](self._random, value), way

    def _card_number(self) -> tuple[str, str, str]:
        return self._disguised(secrets.card_number(self._random), LONG, self._way)

    def _iban(self) -> tuple[str, str, str]:
        return self._disguised(self._any_iban(), MIXED)

    def _any_iban(self) -> str:
        country, shape = self._random.choice(sorted(self._people["shapes"]["IBAN"].items()))
        return secrets.iban_of(country, shapes.fill(self._random, shape))

    def _encoded(self) -> tuple[str, str, str]:
        value = self._random.choice((secrets.card_number(self._random), self._any_iban()))
        return value, self._random.choice(_CODES)(self._random, value), "encoded"

    def _card_expiry(self) -> tuple[str, str, str]:
        return self._dated(date(2026, 1, 1), date(2034, 12, 1), "CARD_EXPIRY")

    def _date_of_birth(self) -> tuple[str, str, str]:
        return self._dated(date(1936, 1, 1), date(2008, 12, 31), "DATE_OF_BIRTH")

    def _dated(self, first: date, last: date, kind: str) -> tuple[str, str, str]:
        day = first + timedelta(days=self._random.randint(0, (last - first).days))
        form = self._random.choice(self._people["shapes"][kind])
        months = self._people["months"]
        written = day.strftime(form.replace("%B", months[self._random.choice(sorted(months))][day.month - 1]))
        return day.isoformat(), written, "date"

    def _password(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["passwords"])
        return value, value, "plain"

    def _email_address(self) -> tuple[str, str, str]:
        value = f"{self._random.choice(self._people['mails'])}@{self._random.choice(self._people['domains'])}"
        return value, typed.mail(self._random, value), "mail"

    def _name(self) -> tuple[str, str, str]:
        return self._person("names")

    def _single(self) -> tuple[str, str, str]:
        return self._person("singles")

    def _nickname(self) -> tuple[str, str, str]:
        return self._person("nicknames")

    def _surname(self) -> tuple[str, str, str]:
        return self._person("surnames")

    def _person(self, list_of: str) -> tuple[str, str, str]:
        value = self._random.choice(self._people[list_of])
        return secret_of(value), typed.name(self._random, value), "name"

    def _spelt(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["surnames"])
        return value, typed.spelt(self._random, value), "spelt"

    def _street(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["places"][self._country]["streets"])
        return secret_of(value), typed.street(self._random, value), "street"

    def _postcode(self) -> tuple[str, str, str]:
        value = self._random.choice(self._people["places"][self._country]["postcodes"])
        return secret_of(value), self._random.choice((value, value, value.lower())), "postcode"
