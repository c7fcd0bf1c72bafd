"""What a second factor approves: quotes, prepared operations, challenges. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class OperationQuote:
    """What an operation would do and cost now; `needs_code` says whether a second factor has to approve it. `terms` are
    agreed with the customer and kept with what is prepared: they hold even if they would be others by then."""

    kind: str
    facts: Mapping[str, Any]
    fee: Money | None
    needs_code: bool
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    key: str
    quote: OperationQuote
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    expires_at: datetime
    tries: int
