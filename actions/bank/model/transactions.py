"""The feed of an account and what explains a line of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from actions.bank.model.money import Money

Direction = Literal["in", "out"]
# Kinds of lines that are about a person, or hold a person's words; the others are about a firm.
PERSONAL = frozenset({"transfer", "top_up", "cheque"})


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of the customer's feed; `amount` is positive, `direction` gives its sign.

    `received` is what reached the recipient where a bank in between kept a share.
    """

    id: str
    account_id: str
    kind: str
    status: str
    direction: Direction
    amount: Money
    fee: Money
    counterparty: str
    created_at: datetime
    payee_id: str | None = None
    received: Money | None = None
    completed_at: datetime | None = None
    reverted_at: datetime | None = None
    expected_by: datetime | None = None
    hold_expires_at: datetime | None = None
    cancellable_until: datetime | None = None
    local_amount: Money | None = None
    fx_rate: Decimal | None = None
    converted_by: str | None = None
    fee_code: str | None = None
    operator_surcharge: Money | None = None
    reason_code: str | None = None
    trading_name: str | None = None
    location: str | None = None
    country: str | None = None
    card_last4: str | None = None
    entry_mode: str | None = None
    method: str | None = None
    category: str | None = None
    reference: str | None = None
    auth_code: str | None = None
    refund_destination: str | None = None
    refund_expected_by: datetime | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Whom this line names."""
        return (self.counterparty,) if self.kind in PERSONAL else ()


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """`items` newest first, at most the asked limit; `count` and the sums cover everything that matches.

    The sums leave out declined and reverted transactions: `spent` and `received` are positive,
    `total` is received minus spent; each maps a currency to Money.
    """

    items: tuple[Transaction, ...]
    count: int
    total: Mapping[str, Money]
    spent: Mapping[str, Money]
    received: Mapping[str, Money]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code in plain words. `neutral`: nothing more may be said about it (reviews).

    `side` is who refused or stopped the payment: us | other_bank | merchant | operator | customer | fault.
    """

    code: str
    explanation: str
    fix: str
    neutral: bool
    side: str = "us"


@dataclass(frozen=True, slots=True)
class FeeCheck:
    """A fee beside its rule: `due` is what the plan's table asks for, None where the table has no such fee."""

    charged: Money
    rule: str | None
    due: Money | None

    @property
    def right(self) -> bool:
        return self.due is not None and self.charged <= self.due
