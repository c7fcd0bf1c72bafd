"""Everything the bank's tables hold about one customer, found by the tables' own columns: a new table cannot be
forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import sql

from actions.bank.repository import accounts, cards, customers, payees
from actions.bank.repository.unit import Connection, Row, rows
from actions.bank.sealing import CustomerSealer, Sealer

Place = Callable[[object], str]

# Tables without a customer of their own, and where they say whose they are.
BELONGS = {
    "customers": "id = %(customer)s",
    "app_sessions": "device_id IN (SELECT id FROM devices WHERE customer_id = %(customer)s)",
    "card_limits": "card_id IN (SELECT id FROM cards WHERE customer_id = %(customer)s)",
    "wallet_tokens": "card_id IN (SELECT id FROM cards WHERE customer_id = %(customer)s)",
    "statements": "account_id IN (SELECT id FROM accounts WHERE customer_id = %(customer)s)",
    "entries": "account_id IN (SELECT id FROM accounts WHERE customer_id = %(customer)s)",
    "loan_payments": "loan_id IN (SELECT id FROM loans WHERE customer_id = %(customer)s)",
    "clearing_answers": "item_id IN (SELECT id FROM clearing_items WHERE customer_id = %(customer)s)",
    "clearing_outcomes": "item_id IN (SELECT id FROM clearing_items WHERE customer_id = %(customer)s)",
}
# Nothing a person could read: hashes of codes, and how far the bank's own work has come.
WITHHELD = frozenset({"step_up_challenges", "core_proposals", "clearing_open", "postings", "worker_failures"})
SEALED: dict[tuple[str, str], Place] = {
    ("customers", "personal"): customers.place,
    ("accounts", "details"): accounts.place,
    ("payees", "sealed"): payees.place,
    ("card_orders", "address"): cards.order_place,
    ("detail_changes", "value"): lambda row_id: f"detail_changes.value:{row_id}",
    ("handoff_tickets", "summary"): lambda row_id: f"handoff_tickets.summary:{row_id}",
    ("complaints", "words"): lambda row_id: f"complaints.words:{row_id}",
}


async def everything(connection: Connection, sealer: Sealer, customer_id: str) -> dict[str, list[Row]]:
    """Table → rows, sealed fields opened; other bytes (hashes, tokens of other banks) are left out."""
    own = await sealer.of(connection, customer_id)
    found: dict[str, list[Row]] = {}
    for table, condition in (await _tables(connection)).items():
        query = sql.SQL("SELECT * FROM {} WHERE " + condition).format(sql.Identifier(table))  # nosec B608: fixed texts
        cursor = await connection.execute(query, {"customer": customer_id})
        found[table] = [_readable(table, row, own) for row in await cursor.fetchall()]
    return found


async def _tables(connection: Connection) -> dict[str, str]:
    query = (
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'bank' AND column_name = 'customer_id'"
    )
    named = {row["table_name"]: "customer_id = %(customer)s" for row in await rows(connection, query)}
    return {table: condition for table, condition in sorted((named | BELONGS).items()) if table not in WITHHELD}


def _readable(table: str, row: Row, own: CustomerSealer) -> Row:
    shown: dict[str, Any] = {}
    for column, value in row.items():
        place = SEALED.get((table, column))
        if place is not None and value is not None:
            shown |= own.open(value, place(row["id"]))
        elif not isinstance(value, (bytes, memoryview)):
            shown[column] = value
    return shown
