"""Messages with planted secrets, and harmless ones beside them: the same seed makes the same set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import yaml

from common.privacy.exam import secrets, writings

Half = Literal["open", "held_out"]

_HOLE = re.compile(r"\{([A-Z_]+)\}")
_BEFORE = "¦"  # parts what introduces a value from the value: "zip ¦60614"
_FOLDER = Path(__file__).parent
# Kinds whose name in the frames differs from the kind they are reported as.
_REPORTED = {"NAME": "PERSON", "SINGLE": "PERSON", "STREET": "ADDRESS", "ITIN": "SSN", "IMEI": "DEVICE_ID"}
_PAIRS = ("EUR/USD", "GBP-EUR", "USD/JPY", "GBP/CHF", "EURPLN")


class Planted(NamedTuple):
    """A secret at start..end of a message. `value` is its plain form; `writing` names how it was written."""

    entity: str
    start: int
    end: int
    value: str
    writing: str


@dataclass(frozen=True)
class Message:
    """A customer's message; harmless when nothing is planted."""

    text: str
    planted: tuple[Planted, ...] = ()


def planted(seed: int, half: Half, each: int = 6) -> list[Message]:
    """`each` messages a frame; the frames of long numbers as often as there are ways to write them."""
    random, made = Random(seed), []
    ways = list(_ways(half))
    for group, frames in _load("frames.yml")[half].items():
        for index, frame in enumerate(frames):
            for turn in range(len(ways) if group == "CARD_NUMBER" else 2 * each if group == "IBAN" else each):
                made.append(_filled(frame, _Values(random, half, ways[(turn + index) % len(ways)])))
    return made


def harmless(seed: int, half: Half, each: int = 7) -> list[Message]:
    """`each` messages a frame."""
    random, frames = Random(seed), _load("harmless.yml")[half]
    return [
        Message(_HOLE.sub(lambda hole: _look_alike(random, hole[1]), frame)) for frame in frames for _ in range(each)
    ]


def _ways(half: Half) -> dict[str, writings.Writing]:
    return writings.OPEN if half == "open" else writings.HELD_OUT


@lru_cache(maxsize=8)
def _load(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))


class _Values:
    """What goes into the holes of one message: its plain form, how it is written, and the name of the writing."""

    def __init__(self, random: Random, half: Half, way: str) -> None:
        self._random, self._half, self._way = random, half, way
        self._people = _load("people.yml")[half]
        self._country = random.choice(sorted(self._people["streets"]))

    def make(self, kind: str) -> tuple[str, str, str]:
        special = getattr(self, f"_{kind.lower()}", None)
        if special is not None:
            return special()
        value = secrets.MAKERS[kind](self._random)
        return value, value, "plain"

    def _digits(self, value: str, ways: tuple[str, ...] = ("plain", "plain", "words", "other digits", "gaps")) -> Any:
        way = self._random.choice(ways)
        return value, writings.OPEN[way](self._random, value), way

    def _card_number(self) -> tuple[str, str, str]:
        value = secrets.card_number(self._random)
        return value, _ways(self._half)[self._way](self._random, value), self._way

    def _iban(self) -> tuple[str, str, str]:
        value = secrets.iban(self._random)
        return value, writings.iban(self._random, value), "IBAN"

    def _encoded(self) -> tuple[str, str, str]:
        value = self._random.choice((secrets.card_number, secrets.iban))(self._random)
        return value, writings.encoded(self._random, value), "encoded"

    def _code(self) -> tuple[str, str, str]:
        return self._digits(secrets.digits(self._random, 6), ("plain", "plain", "words", "other digits"))

    def _pin(self) -> tuple[str, str, str]:
        return self._digits(secrets.digits(self._random, 4), ("plain", "plain", "words", "other digits"))

    def _cvv(self) -> tuple[str, str, str]:
        return self._digits(secrets.digits(self._random, 3), ("plain", "plain", "words", "other digits"))

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
        return value, value, "plain"


def _filled(frame: str, values: _Values) -> Message:
    text, found, at = "", [], 0
    for hole in _HOLE.finditer(frame):
        text += frame[at : hole.start()]
        value, written, way = values.make(hole[1])
        before, _, written = written.rpartition(_BEFORE)
        text += before
        found.append(Planted(_REPORTED.get(hole[1], hole[1]), len(text), len(text) + len(written), value, way))
        text += written
        at = hole.end()
    return Message(text + frame[at:], tuple(found))


def _look_alike(random: Random, kind: str) -> str:
    if kind == "AMOUNT":
        whole = random.choice((random.randint(1, 99), random.randint(100, 9_999), random.randint(10_000, 250_000)))
        figures = random.choice((f"{whole}", f"{whole:,}", f"{whole:,}.{random.randint(0, 99):02d}"))
        return random.choice(
            (f"£{figures}", f"€{figures}", f"${figures}", f"{figures} pounds", f"{figures} EUR", f"{figures} euros")
        )
    if kind == "DATE":
        day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(2019, 2026)
        return random.choice(
            (
                f"{day:02d}/{month:02d}/{year}",
                f"{year}-{month:02d}-{day:02d}",
                f"{day}.{month}.{year}",
                f"{day} March {year}",
            )
        )
    if kind == "TIME":
        return f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}"
    if kind == "SHOP":
        return str(random.choice(_load("harmless.yml")["shops"]))
    if kind == "ORDER":
        return random.choice(
            (secrets.digits(random, 7), f"#{secrets.digits(random, 5)}", f"A-{secrets.digits(random, 6)}")
        )
    if kind == "PAIR":
        return random.choice(_PAIRS)
    if kind == "FLIGHT":
        return f"{secrets.letters(random, 2)}{random.randint(100, 9999)}"
    if kind == "VERSION":
        return f"{random.randint(1, 19)}.{random.randint(0, 20)}.{random.randint(0, 9)}"
    if kind == "RATE":
        return f"{random.uniform(0.5, 9):.{random.choice((2, 4))}f}"
    return str(random.randint(2, 60))
