"""Values as a British reader expects them; sentences live in data/responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee
from common import locales
from common.locales import HOME

HOME_ZONE = ZoneInfo("Europe/London")


def word(value: Any, zone: ZoneInfo = HOME_ZONE, language: str = HOME) -> str:
    """`value` as text: money with its sign, days and times in `zone`, lists with an "and"."""
    match value:
        case None:
            return ""
        case str():
            return value
        case Money():
            return locales.money(value.amount_minor, value.currency, language)
        case datetime():
            return locales.moment(value, zone, language)
        case date():
            return locales.day(value, language)
        case Decimal():
            return locales.number(value, language)
        case Payee():
            return value.name
        case tuple() | list():
            return locales.listed((word(item, zone, language) for item in value), language)
        case _:
            return str(value)


def worded(facts: Mapping[str, Any], zone: ZoneInfo = HOME_ZONE, language: str = HOME) -> dict[str, str]:
    """`facts` with every value as text."""
    return {name: word(value, zone, language) for name, value in facts.items()}


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    return locales.listed(names, last=last)
