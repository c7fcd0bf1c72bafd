"""Figures of the policy tables as a reader expects them; sentences belong to the dialogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from decimal import Decimal

from actions.bank.model.money import Money

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def listing(items: Iterable[str], word: str = "and") -> str:
    """`a, b and c`; `none` for nothing."""
    known = list(dict.fromkeys(items))
    if not known:
        return "none"
    return known[0] if len(known) == 1 else f"{', '.join(known[:-1])} {word} {known[-1]}"


def working_days(least: int, most: int) -> str:
    """`the same working day`, `1 working day`, `3 to 5 working days`."""
    if most == 0:
        return "the same day"
    if least == 0:
        return f"the same day, at most {working_days(most, most)}"
    if least == most:
        return counted(most, "working days")
    return f"{least} to {most} working days"


def days(number: int) -> str:
    return counted(number, "days")


def counted(number: int, many: str) -> str:
    """`1 card`, `2 cards`; `many` is a regular plural."""
    return f"{number} {many.removesuffix('s') if number == 1 else many}"


def share(basis_points: int) -> str:
    """`0.5%`, `2%`."""
    return f"{(Decimal(basis_points) / 100).normalize():f}%"


def fee(fixed_minor: int, rate_bp: int, currency: str) -> str:
    """`free`, `£5.00`, `2%`, `£1.00 plus 2%`."""
    parts = [Money(fixed_minor, currency).format()] if fixed_minor else []
    if rate_bp:
        parts.append(share(rate_bp))
    return " plus ".join(parts) or "free"


def clock(at: time) -> str:
    return f"{at:%H:%M}"


def opening_hours(hours: dict[int, tuple[time, time]]) -> str:
    """`Monday to Friday 08:00 to 20:00, Saturday 09:00 to 17:00`."""
    runs: list[tuple[list[int], tuple[time, time]]] = []
    for weekday in sorted(hours):
        if runs and runs[-1][1] == hours[weekday] and runs[-1][0][-1] == weekday - 1:
            runs[-1][0].append(weekday)
        else:
            runs.append(([weekday], hours[weekday]))
    texts = []
    for weekdays, (opens, closes) in runs:
        names = _DAYS[weekdays[0]] + (f" to {_DAYS[weekdays[-1]]}" if len(weekdays) > 1 else "")
        texts.append(f"{names} {clock(opens)} to {clock(closes)}")
    return ", ".join(texts)
