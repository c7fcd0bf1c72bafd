"""Which transactions a question names: by merchant, amount and period, and these filters in words."""

from __future__ import annotations

import re
from datetime import date

from actions.bank.model.money import Money
from actions.parsing.amounts import AmountProblem, find_amounts
from actions.parsing.dates import Period
from actions.parsing.text import normalise
from actions.turn import Turn

_OVER = re.compile(r"\b(?:over|above|more than|bigger than|larger than|greater than|at least|exceeding)\b", re.I)
_UNDER = re.compile(r"\b(?:under|below|less than|smaller than|at most|up to)\b", re.I)
_BETWEEN = re.compile(r"\bbetween\b", re.I)
_NO_VERB = "".join(rf"(?<!{word} )" for word in ("trying", "want", "like", "need", "going", "how", "able", "have"))
_AT = re.compile(
    rf"\b(?:at|{_NO_VERB}to|from|with|by)\s(?!(?:the|my|last|this|yesterday|today|least|most)\b)"
    r"(?P<name>[^\W\d_][\w'&.\-]*(?:\s(?!(?:in|on|last|this|over|under|above|below|since|for|between|from|yesterday|"
    r"today|please|and|during|before|after|with|of|more|less)\b)[^\W\d_][\w'&.\-]*){0,2})",
    re.I,
)
_NOT_MERCHANTS = re.compile(
    r"^(?:my|the|me|account|card|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|gbp|eur|usd|euros?|pounds?|dollars?)\b",
    re.I,
)


def merchant_in(text: str) -> str | None:
    """The merchant or person that a question about transactions names after "at", "to", "from" or "with"."""
    for match in _AT.finditer(normalise(text)):
        name = match["name"].strip(" .'-")
        if not _NOT_MERCHANTS.match(name):
            return name
    return None


def amount_range(turn: Turn) -> tuple[Money | None, Money | None]:
    """The least and greatest amount a question names: "over 50", "between 10 and 20", exactly "12.50"."""
    amounts = find_amounts(turn.text)
    base = turn.profile.base_currency if turn.profile else "GBP"
    named = next((amount.currency for amount in amounts if amount.currency), base)
    try:
        values = [Money(amount.minor(named), named) for amount in amounts]
    except AmountProblem:
        values = []
    if not values:
        return None, None
    if _BETWEEN.search(turn.text) and len(values) > 1:
        return min(values[:2]), max(values[:2])
    if _OVER.search(turn.text):
        return values[0], None
    if _UNDER.search(turn.text):
        return None, values[0]
    whole = re.search(r"\blast\s\d+\b|\b\d+\s(?:transactions|payments|purchases)\b", turn.text, re.I)
    return (None, None) if whole else (values[0], values[0])


def worded_period(period: Period) -> str:
    """A period as part of a list of filters."""
    days = [day for day in (period.first, period.last) if day]
    return " to ".join(dict.fromkeys(_short(day) for day in days))


def worded_range(low: Money | None, high: Money | None) -> str:
    """An amount range as part of a list of filters."""
    if low and high:
        return f"{low}" if low == high else f"{low} to {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def _short(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
