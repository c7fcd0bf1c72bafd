"""What every service of the bank is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from actions.bank.repository.unit import Pool
from actions.bank.sealing import Sealer

Clock = Callable[[], datetime]
"""The time now, aware of its zone."""

Kind = Literal["sms", "email", "push"]


class Messenger(Protocol):
    """The customer's own channel for codes and notices, outside the chat."""

    async def push(self, customer_id: str, kind: Kind, text: str, code: str | None = None, ttl_s: int = 600) -> None:
        """Deliver one message that disappears after `ttl_s` seconds."""


@dataclass(frozen=True, slots=True)
class Service:
    pool: Pool
    sealer: Sealer
    clock: Clock
