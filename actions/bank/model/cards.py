"""Cards, their orders, limits and settings. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class Card:
    """`status`: inactive | active | frozen | blocked | expired | cancelled."""

    id: str
    account_id: str
    last4: str
    kind: Literal["physical", "virtual", "disposable"]
    scheme: str
    status: str
    expires_on: date
    frozen_at: datetime | None
    frozen_reason: str | None
    linked_to_app: bool
    pin_set: bool
    pin_tries_left: int
    pin_blocked_at: datetime | None
    contactless_on: bool
    contactless_spend_since_pin_minor: int
    online_on: bool
    atm_on: bool
    abroad_on: bool
    magstripe_on: bool
    last_used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CardOrder:
    """`kind`: first | extra | replacement | renewal; `status`: ordered | dispatched | delivered | cancelled."""

    id: str
    number: str
    kind: str
    status: str
    card_last4: str | None
    delivery: str
    ordered_at: datetime
    dispatched_at: datetime | None
    delivered_at: datetime | None
    eta_from: date
    eta_to: date
    carrier: str
    tracking_no: str | None
    address: str = field(repr=False)

    def late(self, today: date) -> bool:
        return self.status in ("ordered", "dispatched") and today > self.eta_to


@dataclass(frozen=True, slots=True)
class CardFrozen:
    card: Card
    already: bool
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class CardLimit:
    """`code`: card_spend | card_online | atm, each a day; `largest` is the most the plan lets the customer set."""

    code: str
    limit: Money
    used: Money
    largest: Money
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Contactless:
    """Taps since the last PIN, and the limits of one tap and of all of them; None where the plan names none."""

    used: Money
    payment: Money | None
    running: Money | None

    @property
    def needs_pin(self) -> bool:
        return self.running is not None and self.used >= self.running


@dataclass(frozen=True, slots=True)
class PreparedUnfreeze:
    key: str
    card: Card
    expires_at: datetime
