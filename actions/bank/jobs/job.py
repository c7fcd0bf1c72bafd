"""What the worker can do: take the most urgent item and finish it, both in one transaction."""

from __future__ import annotations

from typing import ClassVar, Protocol

from actions.bank.repository.unit import Connection, Row


class Job(Protocol):
    """One kind of work that falls due. Several workers may run it at once: whoever locks an item has it."""

    name: ClassVar[str]

    async def take(self, connection: Connection) -> Row | None:
        """Lock the item that is due first and that nobody else has; its `id` names it. None where nothing is due."""

    async def carry_out(self, connection: Connection, item: Row) -> None:
        """Finish the item so that it is not due any more; an error undoes all of it and has it tried again later."""
