"""Funding cards and automatic top-ups. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class FundingCard:
    """A card at another bank that tops up an account here."""

    id: str
    last4: str
    scheme: str
    card_kind: Literal["debit", "credit", "prepaid"]
    issuer_country: str
    verified: bool
    code_sent_at: datetime | None
    tries_left: int


@dataclass(frozen=True, slots=True)
class AutoTopUp:
    """A rule that tops up: below `threshold`, or on a `schedule`. `status`: active | paused."""

    id: str
    account: str
    card_last4: str
    amount: Money
    threshold: Money | None
    schedule: str | None
    next_run: datetime | None
    status: str = "active"
