"""Everything the bank's tables hold about one customer, found by the tables' own columns: a new table cannot be
forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import sql

from actions.bank.repository import accounts, cards, customers, devices, intents, linked_payments, payees, transactions
from actions.bank.repository.unit import Connection, Row, rows
from actions.bank.sealing import CustomerSealer, Sealer

Place = Callable[[Row], str]

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
KEYED = frozenset({("transactions", "words")})
"""Lists of fingerprints."""
SEALED: dict[tuple[str, str], Place] = {
    ("customers", "personal"): lambda row: customers.place(row["id"]),
    ("accounts", "details"): lambda row: accounts.place(row["id"]),
    ("payees", "sealed"): lambda row: payees.place(row["id"]),
    ("card_orders", "address"): lambda row: cards.order_place(row["id"]),
    ("detail_changes", "value"): lambda row: f"detail_changes.value:{row['id']}",
    ("handoff_tickets", "summary"): lambda row: f"handoff_tickets.summary:{row['id']}",
    ("complaints", "words"): lambda row: f"complaints.words:{row['id']}",
    ("devices", "sealed"): lambda row: devices.place(row["id"]),
    ("transactions", "sealed"): lambda row: transactions.place(row["id"]),
    ("payment_intents", "sealed"): lambda row: intents.place(row["key"]),
    ("payment_intents", "sealed_outcome"): lambda row: intents.outcome_place(row["key"]),
    ("linked_payments", "sealed"): lambda row: linked_payments.place(row["id"]),
    ("notices", "sealed"): lambda row: row["sealed_as"],
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
            shown |= own.open(value, place(row))
        elif not isinstance(value, (bytes, memoryview)) and (table, column) not in KEYED:
            shown[column] = value
    return shown
