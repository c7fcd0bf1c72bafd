"""What the law lets a customer ask of their data: a copy of all of it, and its end (GDPR, articles 15, 17 and 20)."""

from __future__ import annotations

from actions.bank.repository import audit, personal
from actions.bank.repository.unit import Row
from actions.bank.use_cases.base import Service

# The names under which a reader looks for things, and the tables that hold them; all others go under `records`.
TITLES = {
    "profile": ("customers",),
    "accounts": ("accounts",),
    "transactions": ("transactions",),
    "cards": ("cards",),
    "payees": ("payees",),
    "cases": ("disputes", "complaints", "handoff_tickets"),
    "consents": ("open_banking_consents", "credit_applications"),
}


class Rights(Service):
    async def export(self, customer_id: str) -> dict[str, list[Row] | dict[str, list[Row]]]:
        """All that the bank holds; raises NotFound for a customer who is unknown or was erased."""
        async with self.pool.connection() as connection:
            found = await personal.everything(connection, self.sealer, customer_id)
            await audit.tell(connection, "export", customer_id, {"scope": "everything"})
        titled = {title: [row for table in tables for row in found.pop(table)] for title, tables in TITLES.items()}
        return {**titled, "records": {table: rows for table, rows in found.items() if rows}}

    async def erase(self, customer_id: str) -> None:
        """Destroy the customer's key, list the erasure, and forget what is not sealed; again, it changes nothing.

        The ledger and the audit keep their rows, which name nobody.
        """
        async with self.pool.connection() as connection:
            await connection.execute("SELECT keys.erase_customer(%s)", (customer_id,))
            await connection.execute("SELECT forget_customer(%s)", (customer_id,))
            await audit.tell(connection, "erasure", customer_id, {"scope": "everything"})
