"""Money and days as a reader of each language expects them; sentences are in data/responses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision

HOME = "en"
LOCALES = {"en": "en_GB", "de": "de_DE"}
"""The languages that the assistant has wording in, and where each is read as it is at home."""

_MOMENTS = {"en": "d MMMM 'at' HH:mm", "de": "d. MMMM 'um' HH:mm 'Uhr'"}
_DAYS = {"en": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
_AND = {"en": "and", "de": "und"}


def money(minor: int, currency: str, language: str = HOME) -> str:
    """Minor units of a currency: `£1,250.50` in English, `1.250,50 £` in German."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=LOCALES[language]))


def number(value: Decimal, language: str = HOME) -> str:
    """`1.5`, `1,5`, without grouping."""
    if language == HOME:
        return f"{value.normalize():f}"
    return str(format_decimal(value, locale=LOCALES[language], decimal_quantization=False, group_separator=False))


def day(value: date, language: str = HOME) -> str:
    return str(format_date(value, _DAYS[language], locale=LOCALES[language]))


def moment(value: datetime, zone: ZoneInfo, language: str = HOME) -> str:
    return str(format_datetime(value.astimezone(zone), _MOMENTS[language], locale=LOCALES[language]))


def listed(names: Iterable[str], language: str = HOME, last: str | None = None) -> str:
    """`a, b and c`; `last` stands for the language's "and"."""
    *most, end = [*names] or [""]
    return f"{', '.join(most)} {last or _AND[language]} {end}" if most else end
