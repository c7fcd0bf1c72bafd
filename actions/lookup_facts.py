"""A transaction in a reply: its values, and whether it is the one a message names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction
from actions.parsing.amounts import AmountProblem, find_amounts
from actions.parsing.dates import Period, find_period
from actions.parsing.text import tokens, words
from actions.transaction_filters import merchant_in, worded_period
from actions.turn import Turn
from actions.wording import word

_NO_NAMES = words(
    "someone somebody person people friend friends family mum dad brother sister account accounts bank card machine "
    "atm cash shop store merchant it this that them him her money me transfer top topping up payment another other "
    "a an some any your abroad work pay happen be do get go see find use make help foreign currency euros pounds "
    "take give put pull come send"
)
# What many counterparties are called besides their own name, or what questions are full of.
_COMMON = words(
    "account airport automatic bank bar card cash charge cheque deposit direct debit ending exchange fee from hotel "
    "limited ltd machine marketplace money office online pay payment plan plus point post rail refund school shop "
    "store stores studios top transfer travel trading the and for llp inc plc gmbh"
)
_LETTERS = 3


def facts(item: Transaction) -> dict[str, object]:
    """A transaction's values for a response."""
    return {
        "counterparty": item.counterparty,
        "people": item.people,
        "amount": item.amount,
        "status": item.status,
        "created": item.created_at,
        "completed": item.completed_at or item.created_at,
        "reverted": item.reverted_at or item.created_at,
        "fee": item.fee,
        "local_amount": item.local_amount or item.amount,
        "rate": item.fx_rate,
        "trading_name": item.trading_name or item.counterparty,
        "location": item.location or item.counterparty,
        "place": ", ".join(filter(None, [item.trading_name or item.counterparty, item.location])),
        "card": item.card_last4,
        "reference": item.reference,
        "entry_mode": (item.entry_mode or "").replace("_", " and "),
    }


def people(items: Sequence[Transaction]) -> list[str]:
    """Whom these name."""
    return [name for item in items for name in item.people]


@dataclass(frozen=True, slots=True)
class Named:
    """What a message says of the transaction it means; empty where it says nothing."""

    merchant: str | None
    amounts: tuple[Money, ...]
    period: Period | None

    def __bool__(self) -> bool:
        return bool(self.merchant or self.amounts or self.period)

    def __str__(self) -> str:
        period = worded_period(self.period) if self.period else ""
        return ", ".join(filter(None, [self.merchant, *map(word, self.amounts), period]))

    def fitting(self, items: Sequence[Transaction], zone: datetime) -> list[Transaction]:
        """Those of `items` that fit everything named; `zone` is any time in the customer's zone."""
        return [item for item in items if self._fits(item, zone)]

    def _fits(self, item: Transaction, zone: datetime) -> bool:
        names = " ".join(filter(None, [item.counterparty, item.trading_name, item.location])).casefold()
        if self.merchant and self.merchant.casefold() not in names:
            return False
        sums = {item.amount, item.fee, item.amount + item.fee, item.local_amount}
        if self.amounts and not sums.intersection(self.amounts):
            return False
        day = item.created_at.astimezone(zone.tzinfo).date()
        period = self.period or Period(None, None)
        return (period.first is None or period.first <= day) and (period.last is None or day <= period.last)


def named(turn: Turn, items: Sequence[Transaction] = ()) -> Named:
    """What the message names: a merchant or person, amounts with their currency, a day or a span of days.

    A counterparty of `items` is found wherever its name stands; any other name only after "to", "at" and the like.
    """
    merchant = _known(turn.text, items) or merchant_in(turn.text)
    if merchant and tokens(merchant)[0] in _NO_NAMES:
        merchant = None
    amounts = []
    for amount in find_amounts(turn.text):
        if amount.currency:
            try:
                amounts.append(Money(amount.minor(amount.currency), amount.currency))
            except AmountProblem:
                continue
    return Named(merchant, tuple(amounts), find_period(turn.text, datetime.now(turn.zone).date()))


def _known(text: str, items: Sequence[Transaction]) -> str | None:
    """The longest stretch of a counterparty's, trading or place name among `items` that the message holds."""
    said = f" {' '.join(tokens(text))} "
    found = ""
    for item in items:
        for name in filter(None, [item.counterparty, item.trading_name, item.location]):
            parts = re.findall(r"[\w'&.\-]+", name)
            for start in range(len(parts)):
                for end in range(start + 1, len(parts) + 1):
                    part = " ".join(parts[start:end])
                    own = [word for word in tokens(part) if len(word) >= _LETTERS and word not in _COMMON]
                    if own and len(part) > len(found) and f" {' '.join(tokens(part))} " in said:
                        found = part
    return found or None
