"""Brings rows of older versions under their customers' own keys: `python -m actions.bank.resealing`.

To be run once after the migrations; where there is nothing to do it does nothing. The demo runs it by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from actions.bank.model.transactions import PERSONAL
from actions.bank.open_banking import consents
from actions.bank.repository import accounts, cards, customers, devices, intents, payees, transactions
from actions.bank.repository.unit import Connection, open_bank_pool, rows
from actions.bank.sealing import Sealer
from common import keys
from common.settings import load

# Table, owner's column, sealed column, and where the seal says it is.
SEALED = (
    ("customers", "id", "personal", customers.place),
    ("accounts", "customer_id", "details", accounts.place),
    ("card_orders", "customer_id", "address", cards.order_place),
    ("complaints", "customer_id", "words", lambda row_id: f"complaints.words:{row_id}"),
    ("detail_changes", "customer_id", "value", lambda row_id: f"detail_changes.value:{row_id}"),
    ("handoff_tickets", "customer_id", "summary", lambda row_id: f"handoff_tickets.summary:{row_id}"),
)

_BY_THE_HOUSE = """
    SELECT id, {owner} AS owner, {column} AS sealed FROM {table}
    WHERE substring({column} FROM 1 FOR 1) NOT IN ('', '\\x00') FOR UPDATE
"""


async def reseal(connection: Connection, sealer: Sealer) -> int:
    """Reseal all old rows in the connection's transaction; how many there were."""
    done = 0
    for table, owner, column, place in SEALED:
        names = {"table": sql.Identifier(table), "owner": sql.Identifier(owner), "column": sql.Identifier(column)}
        query = sql.SQL(_BY_THE_HOUSE).format(**names)
        change = sql.SQL("UPDATE {table} SET {column} = %s WHERE id = %s").format(**names)
        for row in await (await connection.execute(query)).fetchall():
            own = await sealer.of_anyone(connection, row["owner"])
            fields = own.open(row["sealed"], place(row["id"]))
            await connection.execute(change, (own.seal(fields, place(row["id"])), row["id"]))
            done += 1
    parts = (_payees, _devices, _feed, _operations, _notices, _consents)
    return sum([done, *[await part(connection, sealer) for part in parts]])


async def _payees(connection: Connection, sealer: Sealer) -> int:
    found: list[dict[str, Any]] = await rows(connection, "SELECT * FROM payees WHERE sealed IS NULL FOR UPDATE")
    for row in found:
        own = await sealer.of(connection, row["customer_id"])
        iban = sealer.open(row["iban"], f"payees.iban:{row['id']}")["iban"]
        sealed = own.seal({"name": row["name"], "iban": iban}, payees.place(row["id"]))
        statement = "UPDATE payees SET sealed = %s, name = NULL, iban = NULL WHERE id = %s"
        await connection.execute(statement, (sealed, row["id"]))
    return len(found)


async def _devices(connection: Connection, sealer: Sealer) -> int:
    found = await rows(connection, "SELECT * FROM devices WHERE sealed IS NULL FOR UPDATE")
    for row in found:
        own = await sealer.of(connection, row["customer_id"])
        sealed = own.seal({"name": row["name"]}, devices.place(row["id"]))
        await _change(connection, "devices", {"sealed": sealed, "name": None}, id=row["id"])
    return len(found)


async def _feed(connection: Connection, _: Sealer) -> int:
    found = await rows(
        connection,
        "SELECT * FROM transactions WHERE kind = ANY(%s) AND sealed IS NULL AND counterparty <> 'erased' FOR UPDATE",
        sorted(PERSONAL),
    )
    for row in found:
        await _change(connection, "transactions", await transactions.hidden(connection, row), id=row["id"])
    return len(found)


async def _operations(connection: Connection, sealer: Sealer) -> int:
    query = "SELECT * FROM payment_intents WHERE num_nonnulls(details, purpose, outcome) > 0 FOR UPDATE"
    found = await rows(connection, query)
    for row in found:
        own, key = await sealer.of(connection, row["customer_id"]), row["key"]
        said = {name: row[name] for name in intents.SAID}
        sealed: dict[str, bytes | None] = {"sealed": own.seal(said, intents.place(key))}
        if row["outcome"] is not None:
            sealed["sealed_outcome"] = own.seal({"outcome": row["outcome"]}, intents.outcome_place(key))
        sealed |= dict.fromkeys((*intents.SAID, "outcome"))
        await _change(connection, "payment_intents", sealed, customer_id=row["customer_id"], key=key)
    return len(found)


async def _notices(connection: Connection, sealer: Sealer) -> int:
    found = await rows(connection, _CLEAR_NOTICES, sorted(PERSONAL))
    for row in found:
        own, place = await sealer.of(connection, row["customer_id"]), f"notices.sealed:{row['id']}"
        texts = {name: fact for name, fact in row["facts"].items() if isinstance(fact, str)}
        typed = {name: fact for name, fact in row["facts"].items() if name not in texts}
        sealed = {"facts": Jsonb(typed), "sealed": own.seal(texts, place), "sealed_as": place}
        await _change(connection, "notices", sealed, id=row["id"])
    return len(found)


async def _consents(connection: Connection, sealer: Sealer) -> int:
    query = "SELECT * FROM open_banking_consents WHERE get_byte(sealed, 0) <> 0 FOR UPDATE"
    found = await rows(connection, query)
    for row in found:
        place = consents.place(row["customer_id"], row["consent_id"])
        own = await sealer.of(connection, row["customer_id"])
        resealed = own.seal(own.open(row["sealed"], place), place)
        await _change(connection, "open_banking_consents", {"sealed": resealed}, id=row["id"])
    return len(found)


_CLEAR_NOTICES = """
    SELECT * FROM notices WHERE sealed IS NULL AND customer_id IS NOT NULL
        AND (kind IN ('bill_due', 'transfer_returned') OR about IN (
            SELECT id::text FROM transactions WHERE kind = ANY(%s)))
    FOR UPDATE
"""


async def _change(connection: Connection, table: str, values: Mapping[str, Any], **row: Any) -> None:
    def equal(names: Iterable[str], between: str) -> sql.Composed:
        pairs = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in names]
        return sql.SQL(between).join(pairs)

    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(
        sql.Identifier(table), equal(values, ", "), equal(row, " AND ")
    )
    await connection.execute(statement, {**values, **row})


async def _main() -> None:
    settings = load()
    pool = await open_bank_pool(settings, 1)
    try:
        async with pool.connection() as connection:
            print(f"{await reseal(connection, Sealer(keys.load(settings)))} rows resealed")
    finally:
        await pool.close()


if __name__ == "__main__":
    asyncio.run(_main())
