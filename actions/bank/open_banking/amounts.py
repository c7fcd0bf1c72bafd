"""Amounts as UK Open Banking writes them (`{"Amount": "12.50", "Currency": "GBP"}`) and as exact Money."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision, is_currency

from actions.bank.model.money import MAX_MINOR, Money

# ActiveCurrencyAndAmount of the specification; [0-9], for \d would take any script's digits.
_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def money_from(found: Mapping[str, Any]) -> Money:
    """Exactly what `found` says: raises ValueError for a part of a minor unit rather than round it.

    How many decimals a currency has is babel's (CLDR's) word: 0 for JPY, 2 for GBP, 3 for KWD.
    """
    text, currency = found["Amount"], found["Currency"]
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError("Amount is not written as the specification says")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency) or not is_currency(currency):
        raise ValueError("Currency is not an ISO 4217 code")
    minor = Decimal(text).scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value() or minor > MAX_MINOR:
        raise ValueError("Amount is no whole number of minor units, or too large")
    return Money(int(minor), currency)


def money_to(money: Money) -> dict[str, str]:
    """`{"Amount": "12.50", "Currency": "GBP"}`; raises ValueError for a negative amount, which cannot be written."""
    if money.amount_minor < 0:
        raise ValueError("a negative amount cannot be written")
    text = f"{money.decimal:.{get_currency_precision(money.currency)}f}"
    if not _AMOUNT.fullmatch(text):
        raise ValueError("Amount is too large")
    return {"Amount": text, "Currency": money.currency}
