"""A transfer for another day or with a rhythm: the form of operations sets it up, for a transfer is sent at once."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from actions.parsing.amounts import Amount, find_currency
from actions.parsing.days import find_day
from actions.parsing.schedules import find_schedule
from actions.parsing.text import normalise
from actions.turn import Turn

_REASON = re.compile(
    r"\bfor\s(?!next\b|this\b|tomorrow\b|the\s\d|\d{1,2}(?:st|nd|rd|th)\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b).*$",
    re.I,
)
_PAST = re.compile(r"\b(?:last|past|previous)\s\w+|\beveryday\b", re.I)  # an account may be called "Everyday"


def is_for_later(turn: Turn) -> bool:
    """Whether the message says when to pay, and not today; what follows "for" is a reason unless it is a day."""
    plain = _PAST.sub(" ", _REASON.sub(" ", normalise(turn.text)))
    if plain.endswith("?"):
        return False
    today = datetime.now(turn.zone).date()
    day = find_day(plain, today)
    return find_schedule(plain, today) is not None or (day is not None and day > today)


def later_order(
    turn: Turn, payee: dict[str, Any] | None, amount: dict[str, Any] | None, account: dict[str, Any] | None
) -> dict[str, Any]:
    """The operation with what the transfer's slots hold already; the rest is read from the message itself."""
    held = (amount or {}).get("currency") or (account or {}).get("currency")
    home = turn.profile.base_currency if turn.profile else ""
    currency = find_currency(turn.text) or held or home
    values: dict[str, Any] = {"currency": currency}
    if payee:
        values["payee"] = {name: payee[name] for name in ("id", "name", "currency")}
    if amount and amount["currency"] in (None, currency):
        minor = Amount(Decimal(amount["value"]), currency).minor(currency)
        values["amount"] = {"minor": minor, "currency": currency}
    if account and account["currency"] == currency:
        values["account"] = {name: account[name] for name in ("id", "name", "currency")}
    return {"kind": "create_standing_order", "values": values}
