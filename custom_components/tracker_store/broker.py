"""What Rasa sees of the event broker."""

from __future__ import annotations

from typing import Any

from rasa.core.brokers.broker import EventBroker


class CommittedOnly(EventBroker):
    """Closes and reports for the real broker, but publishes nothing.

    Rasa's fail-safe store hands this on to an in-memory store that would publish raw events; the PostgreSQL
    store publishes scrubbed ones itself, after they are committed.
    """

    def __init__(self, broker: EventBroker) -> None:
        self._broker = broker

    def publish(self, event: dict[str, Any]) -> None:
        """Nothing: see the class."""

    def is_ready(self) -> bool:
        return self._broker.is_ready()

    async def close(self) -> None:
        await self._broker.close()
