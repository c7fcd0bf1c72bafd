"""What the bank offers and allows: countries, rates, allowances, limits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel.numbers import get_currency_precision

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class Country:
    """What a country's residents and visitors can do with us; ages are None where nobody can open an account."""

    code: str
    name: str
    region: str
    residence: bool
    delivery: bool
    card_use: bool
    transfers: bool
    min_age: int | None
    youth_min_age: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """`mid` and `customer_rate` are units of the pair's second currency for one of its first; `margin` a fraction."""

    pair: str
    mid: Decimal
    customer_rate: Decimal
    margin: Decimal
    as_of: datetime

    def convert(self, amount: Money) -> Money:
        """The result a customer gets for `amount` (in the pair's first currency), rounded down to a minor unit."""
        base, quote = self.pair.split("/")
        if amount.currency != base:
            raise ValueError(f"{self.pair} does not convert {amount.currency}")
        return Money(int((amount.decimal * self.customer_rate).scaleb(get_currency_precision(quote))), quote)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A free monthly amount: what is used, what is left and when it starts again."""

    free: Money
    used: Money
    left: Money
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit and its use; `resets_at` is None for a limit on a single payment."""

    code: str
    period: str
    limit: Money
    used: Money
    left: Money
    resets_at: datetime | None
