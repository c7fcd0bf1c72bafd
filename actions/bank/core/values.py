"""What a core bank tells and takes, whichever system it is: accounts, regular payments, one payment. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from stdnum import iban as iban_numbers

from actions.bank.core.errors import Purpose
from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction

Scheme = Literal["iban", "sort_code"]
AccountStatus = Literal["active", "restricted", "closed"]
RegularStatus = Literal["active", "paused", "cancelled", "expired"]
ConsentStatus = Literal["awaiting", "authorised", "consumed", "rejected"]
PaymentStatus = Literal["pending", "posted", "rejected"]

_SORT_CODE_DIGITS = 14


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """`value` without separators: an IBAN, or a UK sort code and account number as 14 digits."""

    scheme: Scheme
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.scheme == "iban":
            well_formed = iban_numbers.is_valid(self.value) and self.value == iban_numbers.compact(self.value)
        else:
            well_formed = self.value.isascii() and self.value.isdigit() and len(self.value) == _SORT_CODE_DIGITS
        if not well_formed:
            raise ValueError(f"not an account number of the scheme {self.scheme}")

    @property
    def tail(self) -> str:
        return self.value[-4:]


@dataclass(frozen=True, slots=True)
class CoreAccount:
    """`currency` is None for an account that holds several; `numbers` is empty where payments cannot name it."""

    id: str
    name: str
    currency: str | None
    holder: str | None
    numbers: tuple[AccountNumber, ...]
    status: AccountStatus


@dataclass(frozen=True, slots=True)
class Balance:
    """One account in one currency; what the core does not state is None."""

    account_id: str
    booked: Money | None
    available: Money | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class TransactionSlice:
    """`items` newest first; `next` asks for the older ones after them and is None at the end."""

    items: tuple[Transaction, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Beneficiary:
    id: str
    name: str
    number: AccountNumber | None


@dataclass(frozen=True, slots=True)
class DirectDebit:
    id: str
    account_id: str
    collector: str
    reference: str | None
    status: RegularStatus
    last_amount: Money | None
    last_on: date | None
    next_on: date | None


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """`schedule` in plain words: `every month`, `monthly on the 1st`."""

    id: str
    account_id: str
    payee: str | None
    amount: Money | None
    schedule: str
    status: RegularStatus
    next_on: date | None


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What the customer confirmed. `key` is a UUID, minted once and stored before the order is first sent.

    Whoever keeps the order can ask again after a crash: the same key never pays twice.
    """

    key: str
    account: CoreAccount
    payee: str
    number: AccountNumber
    amount: Money

    def __post_init__(self) -> None:
        if str(UUID(self.key)) != self.key:
            raise ValueError("the key of an order is a UUID in its usual writing")
        if self.amount.amount_minor <= 0:
            raise ValueError("an order pays a positive amount")

    @property
    def reference(self) -> str:
        """`TR` and ten characters: short enough for every payment scheme."""
        return f"TR{UUID(self.key).hex[:10].upper()}"

    def digest(self) -> bytes:
        """SHA-256 of everything but the key: two orders under one key must have the same."""
        said = [self.account.id, self.payee, self.number.scheme, self.number.value]
        return hashlib.sha256(json.dumps([*said, self.amount.amount_minor, self.amount.currency]).encode()).digest()


@dataclass(frozen=True, slots=True)
class PaymentConsent:
    """An order that the core has taken note of. It pays once, and only when the customer has authorised it.

    `authorise_url` is where the customer does that at their bank; None where a code of ours is asked for
    (or nothing is left to authorise).
    """

    id: str
    order: PaymentOrder
    status: ConsentStatus
    fee: Money
    authorise_url: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """Which consent the customer has come back from."""

    purpose: Purpose
    consent_id: str


@dataclass(frozen=True, slots=True)
class Payment:
    """`posted`: taken from the customer's account; `rejected`: not taken; `pending`: not decided yet.

    `core_status` and `reason` are the core's own codes, for the record and for a person to look up.
    """

    id: str
    consent_id: str
    status: PaymentStatus
    amount: Money
    fee: Money
    reference: str
    created_at: datetime
    core_status: str
    reason: str | None
