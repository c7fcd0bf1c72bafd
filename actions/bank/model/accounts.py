"""Accounts, statements, spending and loans. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Account:
    """`available` = `booked` - `pending_out`, the sum of what is pending and on its way out."""

    id: str
    name: str
    currency: str
    booked: Money
    available: Money
    pending_out: Money
    holder: str
    iban: str = field(repr=False)
    bic: str
    sort_code: str | None
    account_number: str | None = field(repr=False)
    status: Literal["active", "restricted", "closed"]
    payment_reference: str = ""

    @property
    def tail(self) -> str:
        """The last four characters of the IBAN: enough to tell accounts apart."""
        return self.iban[-4:]


@dataclass(frozen=True, slots=True)
class Statement:
    """A document about one account; `month` is its first day, or the day of a balance confirmation."""

    kind: Literal["statement", "balance_confirmation"]
    account: str
    currency: str
    month: date
    format: str
    closing: Money
    already: bool


@dataclass(frozen=True, slots=True)
class PaymentProof:
    """A document about one payment that left. `already`: it was made before."""

    amount: Money
    payee: str
    reference: str | None
    completed_at: datetime
    already: bool


@dataclass(frozen=True, slots=True)
class Loan:
    """`rate_bp` is the yearly rate in basis points; `status`: active | arrears."""

    product: str
    outstanding: Money
    instalment: Money
    rate_bp: int
    next_due: date
    ends_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Spending:
    """Completed and pending payments of a period, one currency, refunds netted; `largest` the three biggest."""

    total: Money
    count: int
    before: Money
    largest: tuple[Transaction, ...]
