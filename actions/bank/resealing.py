"""Brings rows that were sealed by the house under their customers' own keys: `python -m actions.bank.resealing`.

For databases from before customers had keys; where there is nothing to do it does nothing. The demo runs it by itself.
"""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg import sql

from actions.bank.repository import accounts, cards, customers, payees
from actions.bank.repository.unit import Connection, open_bank_pool, rows
from actions.bank.sealing import Sealer
from common import keys
from common.settings import load

# Table, owner's column, sealed column, and where the seal says it is.
SEALED = (
    ("customers", "id", "personal", customers.place),
    ("accounts", "customer_id", "details", accounts.place),
    ("card_orders", "customer_id", "address", cards.order_place),
)


async def reseal(connection: Connection, sealer: Sealer) -> int:
    """Reseal all old rows in the connection's transaction; how many there were."""
    done = 0
    for table, owner, column, place in SEALED:
        names = {"table": sql.Identifier(table), "owner": sql.Identifier(owner), "column": sql.Identifier(column)}
        query = sql.SQL("SELECT id, {owner} AS owner, {column} AS sealed FROM {table}"
                        " WHERE get_byte({column}, 0) <> 0 FOR UPDATE").format(**names)  # fmt: skip
        change = sql.SQL("UPDATE {table} SET {column} = %s WHERE id = %s").format(**names)
        for row in await (await connection.execute(query)).fetchall():
            own = await sealer.of(connection, row["owner"])
            fields = own.open(row["sealed"], place(row["id"]))
            await connection.execute(change, (own.seal(fields, place(row["id"])), row["id"]))
            done += 1
    return done + await _payees(connection, sealer)


async def _payees(connection: Connection, sealer: Sealer) -> int:
    found: list[dict[str, Any]] = await rows(connection, "SELECT * FROM payees WHERE sealed IS NULL FOR UPDATE")
    for row in found:
        own = await sealer.of(connection, row["customer_id"])
        iban = sealer.open(row["iban"], f"payees.iban:{row['id']}")["iban"]
        sealed = own.seal({"name": row["name"], "iban": iban}, payees.place(row["id"]))
        statement = "UPDATE payees SET sealed = %s, name = NULL, iban = NULL WHERE id = %s"
        await connection.execute(statement, (sealed, row["id"]))
    return len(found)


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
