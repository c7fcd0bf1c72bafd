"""What a second factor approves: quotes, prepared operations, challenges. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.bank.model.money import Money


@dataclass(frozen=True, slots=True)
class OperationQuote:
    """What an operation would do and cost now; `needs_code` says whether a second factor has to approve it."""

    kind: str
    facts: Mapping[str, Any]
    fee: Money | None
    needs_code: bool


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    key: str
    quote: OperationQuote
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Challenge:
    expires_at: datetime
    tries: int
