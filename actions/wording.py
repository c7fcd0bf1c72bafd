"""Values as a reader of the language expects them; sentences live in data/responses, single words in data/words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee
from actions.parsing.text import words
from common import locales
from common.locales import HOME
from common.vocabulary import translated

HOME_ZONE = ZoneInfo("Europe/London")
# Facts that hold what people and firms are called, or what a customer wrote: never put into another language.
_NAMES = words(
    "account account_number accounts address agent bank bban bic candidates carrier collector collectors counterparty "
    "device devices email first_name holder iban last4 lines location merchant name named nearest number old payee "
    "payees payee_tail phone place reference sort_code subject target tracking trading_name value"
)


def word(value: Any, zone: ZoneInfo = HOME_ZONE, language: str = HOME) -> str:
    """`value` as text: money with its sign, days and times in `zone`, lists with an "and"."""
    match value:
        case None:
            return ""
        case str():
            return translated(value, language)
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
    return {
        name: _named(value, zone, language) if name in _NAMES else word(value, zone, language)
        for name, value in facts.items()
    }


def _named(value: Any, zone: ZoneInfo, language: str) -> str:
    """`value` as `word` writes it, but names as they are given."""
    match value:
        case str():
            return value
        case tuple() | list():
            return locales.listed((_named(item, zone, language) for item in value), language)
        case _:
            return word(value, zone, language)


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    return locales.listed(names, last=last)
