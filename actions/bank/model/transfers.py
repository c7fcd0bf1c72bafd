"""Payees and transfers, from the quote to the receipt. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actions.bank.model.accounts import Account
from actions.bank.model.cases import Case
from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction

NameCheck = Literal["match", "close_match", "no_match", "unavailable"]


@dataclass(frozen=True, slots=True)
class Payee:
    id: str
    name: str
    iban: str = field(repr=False)
    country: str
    currency: str
    status: Literal["active", "unsaved", "blocked"]
    name_check: NameCheck
    block_reason: str | None

    @property
    def tail(self) -> str:
        return self.iban[-4:]


@dataclass(frozen=True, slots=True)
class TransferQuote:
    """What a transfer would cost now; `route`: internal | local | sepa | swift."""

    payee: Payee
    account: Account
    amount: Money
    fee: Money
    total: Money
    route: str
    arrival_date: date
    name_check: NameCheck


@dataclass(frozen=True, slots=True)
class PreparedTransfer:
    key: str
    quote: TransferQuote
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TransferReceipt:
    reference: str
    status: str
    amount: Money
    fee: Money
    total: Money
    payee: str
    payee_tail: str
    account: str
    new_balance: Money
    arrival_date: date
    executed_at: datetime


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """`state`: prepared | executed | cancelled | expired | locked; a receipt only where executed."""

    key: str
    state: str
    receipt: TransferReceipt | None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What became of a transfer: stopped (the money is free since `at`), or a recall with its case."""

    transaction: Transaction
    at: datetime
    recall: Case | None
