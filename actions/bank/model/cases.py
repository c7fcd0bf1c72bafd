"""Tickets for a person, and cases such as disputes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class Ticket:
    number: str
    position: int
    expected_wait_minutes: int
    open_now: bool
    next_opening: datetime | None
    status: Literal["queued", "joined", "closed"]
    agent: str | None
    reason: str = "customer_request"


@dataclass(frozen=True, slots=True)
class Complaint:
    """`final_by`: the last day for the final response; `already`: it was open before."""

    number: str
    area: str
    opened_at: datetime
    final_by: date
    already: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute, a claim or a search. `already`: it was open before; `refund_by` where a provisional refund is due."""

    number: str
    kind: str
    state: str
    opened_at: datetime
    decide_by: date
    refund_by: date | None
    transaction_id: str | None
    claimed: Money | None = None
    already: bool = False
