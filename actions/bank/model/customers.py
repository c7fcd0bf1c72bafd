"""Who the customer is, what is urgent for them, their devices and identity checks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class Profile:
    id: str
    first_name: str
    last_name: str
    plan: str
    country: str
    preferred_language: str
    timezone: str
    base_currency: str
    email: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UrgentItem:
    """`kind`: frozen_card | declined_payment | request_due | card_late; `facts` name the item."""

    kind: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Device:
    """A device that is signed in; `wallet_cards` name the wallets on it and their cards."""

    id: str
    name: str
    platform: Literal["ios", "android", "web"]
    trusted: bool
    last_seen: datetime
    wallet_cards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PasscodeReset:
    """A reset that is on its way to `device`; `check` is what the app asks for before it takes a new passcode."""

    device: Device
    check: str
    expires_at: datetime
    locked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """`state`: not_started | in_review | rejected | verified."""

    state: str
    missing_step: str | None
    rejected_reason: str | None
    attempts_left: int
    submitted_at: datetime | None
    decided_at: datetime | None
    decision_by: datetime | None


@dataclass(frozen=True, slots=True)
class FundsRequest:
    """An open question where money comes from, with the documents that answer it."""

    reason: str
    documents: tuple[str, ...]
    effect: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """Leaving the bank: what has to be settled first, what ends with the accounts, and what would be paid out."""

    blockers: tuple[str, ...]
    ending: tuple[str, ...]
    balances: tuple[Money, ...]
    agreed_for: date | None
