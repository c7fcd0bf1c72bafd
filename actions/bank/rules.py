"""Rules of money that need no database: routes, fees, limits, arrival dates, which payee was meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz
from stdnum import iban as iban_numbers
from stdnum.exceptions import ValidationError

from actions.bank.errors import InvalidAmount, InvalidIban, LimitExceeded, PayeeAmbiguous, PayeeUnknown
from actions.bank.model.money import MAX_MINOR, Money
from actions.bank.model.transfers import NameCheck, Payee

BASIS_POINTS = 10_000
_SURE, _NEAR, _TIE = 86, 60, 8


@dataclass(frozen=True, slots=True)
class FeeRule:
    fixed_minor: int
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What one limit allows and what is already used of it in its running period."""

    period: str
    limit: Money
    used: Money
    resets_at: datetime | None


def check_amount(amount: Money) -> None:
    """Raise InvalidAmount unless `amount` is positive and of a size that a ledger row holds."""
    if amount.amount_minor <= 0:
        raise InvalidAmount("not_positive")
    if amount.amount_minor > MAX_MINOR:
        raise InvalidAmount("too_large")


def fee_for(rule: FeeRule, amount: Money) -> Money:
    """Fixed part plus a share in basis points, the share rounded up to a whole minor unit."""
    share = -(-amount.amount_minor * rule.rate_bp // BASIS_POINTS)
    return Money(rule.fixed_minor + share, amount.currency)


def check_limits(amount: Money, usages: Sequence[Usage]) -> None:
    """Raise LimitExceeded for the first limit that `amount` on top of its usage would pass."""
    for usage in usages:
        if usage.used + amount > usage.limit:
            left = max(usage.limit - usage.used, Money.zero(amount.currency))
            raise LimitExceeded(usage.limit, usage.period, usage.used, left, usage.resets_at)


def route_for(currency: str, payee_country: str, *, sepa_country: bool, internal: bool) -> str:
    """internal (an account of this bank) | local (pounds inside the UK) | sepa | swift."""
    if internal:
        return "internal"
    if currency == "GBP" and payee_country == "GB":
        return "local"
    return "sepa" if currency == "EUR" and sepa_country else "swift"


def period_starts(now: datetime, timezone: str) -> dict[str, datetime]:
    """When the customer's running day and month began, in their own time zone."""
    day = now.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"day": day, "month": day.replace(day=1)}


def period_ends(now: datetime, timezone: str) -> dict[str, datetime]:
    starts = period_starts(now, timezone)
    next_month = (starts["month"] + timedelta(days=32)).replace(day=1)
    return {"day": starts["day"] + timedelta(days=1), "month": next_month}


def add_working_days(start: date, days: int) -> date:
    """`days` working days (Monday to Friday) after `start`; a start on a weekend counts from Monday."""
    day = start
    while day.weekday() >= 5:
        day += timedelta(days=1)
    for _ in range(days):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    return day


def arrival_date(now: datetime, timezone: str, days: int, cut_off: time) -> date:
    """When a transfer sent now arrives: after the cut-off the next day starts the count; 0 days arrives today."""
    local = now.astimezone(ZoneInfo(timezone))
    if days == 0:
        return local.date()
    start = local.date() + timedelta(days=1) if local.time() > cut_off else local.date()
    return add_working_days(start, days)


def final_at(sent: datetime, arrival: date, timezone: str) -> datetime:
    """When a transfer that no bank has refused is final: at once where it arrives at once, else as that day begins."""
    return max(sent, datetime.combine(arrival, time(), ZoneInfo(timezone)))


def compact_iban(text: str) -> str:
    """The IBAN in `text` without separators; raises InvalidIban where structure or mod-97 does not hold."""
    try:
        return str(iban_numbers.validate(unicodedata.normalize("NFKC", text).upper().replace(".", "")))
    except ValidationError as error:
        raise InvalidIban("checksum") from error


def fold(name: str) -> str:
    """Case, accents and spare blanks removed."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def match_payee(text: str, payees: Sequence[Payee]) -> Payee:
    """The one payee that `text` means.

    A full name wins over a single word of a name, that over likeness. Raises PayeeAmbiguous where two fit
    about equally, PayeeUnknown (with the nearest few) where none does.
    """
    wanted = fold(text)
    words = set(wanted.split())
    for fits in (
        [p for p in payees if fold(p.name) == wanted],
        [p for p in payees if words and words <= set(fold(p.name).split())],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise PayeeAmbiguous(tuple(fits))
    scored = sorted(((_likeness(wanted, fold(p.name)), p) for p in payees), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < _SURE:
        raise PayeeUnknown(tuple(p for score, p in scored if score >= _NEAR)[:3])
    close = tuple(p for score, p in scored if score >= scored[0][0] - _TIE)
    if len(close) > 1:
        raise PayeeAmbiguous(close)
    return close[0]


def _likeness(wanted: str, name: str) -> float:
    if not wanted:
        return 0.0
    return max([fuzz.ratio(wanted, name), *(fuzz.ratio(wanted, word) for word in name.split())])


def compare_names(given: str, held: str) -> NameCheck:
    """match | close_match | no_match: the name check of a payee whose account holder is known."""
    likeness = fuzz.token_sort_ratio(fold(given), fold(held))
    return "match" if likeness >= 95 else "close_match" if likeness >= 70 else "no_match"
