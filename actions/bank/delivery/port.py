"""What a way to reach customers has to do."""

from __future__ import annotations

from typing import Protocol


class DeliveryFailed(RuntimeError):
    """A message was not taken by whoever should carry it. The text names the carrier's answer, never the message."""


class Carrier(Protocol):
    """Takes one message to one address: a phone number or a mail address."""

    async def send(self, address: str, text: str, ttl_s: int) -> None:
        """Hand over `text`, worthless after `ttl_s` seconds. Raises DeliveryFailed."""

    async def close(self) -> None:
        """Give back connections."""
