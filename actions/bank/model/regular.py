"""Direct debits, standing orders and what is due. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class Mandate:
    """Leave to collect direct debits. `status`: active | cancelled."""

    id: str
    collector: str
    reference: str
    status: str
    last_amount: Money | None
    next_run: date | None
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """`status`: active | paused; `next_run` is None for one that is paused."""

    id: str
    payee: str
    account: str
    amount: Money
    schedule: str
    next_run: date | None
    status: str


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Money that leaves by itself. `kind`: standing_order | direct_debit | auto_top_up; `amount` as last known."""

    kind: str
    id: str
    counterparty: str
    amount: Money | None
    next_run: date | None
    schedule: str | None = None
