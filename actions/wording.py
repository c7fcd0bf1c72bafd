"""Values as a British reader expects them; sentences live in data/responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee

LOCALE = "en_GB"
HOME_ZONE = ZoneInfo("Europe/London")


def word(value: Any, zone: ZoneInfo = HOME_ZONE) -> str:
    """`value` as text: money with its sign, days and times in `zone`, lists with an "and"."""
    match value:
        case None:
            return ""
        case str():
            return value
        case Money():
            return value.format()
        case datetime():
            return format_datetime(value.astimezone(zone), "d MMMM 'at' HH:mm", locale=LOCALE)
        case date():
            return format_date(value, "EEEE d MMMM", locale=LOCALE)
        case Decimal():
            return f"{value.normalize():f}"
        case Payee():
            return value.name
        case tuple() | list():
            return listed(word(item, zone) for item in value)
        case _:
            return str(value)


def worded(facts: Mapping[str, Any], zone: ZoneInfo = HOME_ZONE) -> dict[str, str]:
    """`facts` with every value as text."""
    return {name: word(value, zone) for name, value in facts.items()}


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *most, end = [*names] or [""]
    return f"{', '.join(most)} {last} {end}" if most else end
