"""Transactions on the bank's database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, cast

from psycopg import AsyncConnection, errors, sql
from psycopg_pool import AsyncConnectionPool

from actions.bank.errors import TryAgain
from actions.bank.sealing import Sealer
from common import keys
from common.audit.pseudonym import Pseudonyms
from common.database import open_pool
from common.settings import Settings

Row = dict[str, Any]


class Connection(AsyncConnection[Row]):
    """A connection of the bank, which can name people in the audit without saying who they are, and seal names."""

    pseudonyms: Pseudonyms
    sealer: Sealer


Pool = AsyncConnectionPool[Connection]
T = TypeVar("T")

ATTEMPTS = 12


async def open_bank_pool(settings: Settings, connections: int) -> Pool:
    keyring = keys.load(settings)
    pseudonyms, sealer = Pseudonyms(keyring), Sealer(keyring)

    async def furnish(connection: Connection) -> None:
        connection.pseudonyms, connection.sealer = pseudonyms, sealer

    pool = await open_pool(settings, "bank", max_size=connections, connection_class=Connection, configure=furnish)
    return cast(Pool, pool)


async def serializable(pool: Pool, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Run `work` in one SERIALIZABLE transaction, again from its start where PostgreSQL cannot serialise it.

    `work` must have no effect outside its connection. Raises TryAgain after a bounded number of attempts.
    """
    for attempt in range(ATTEMPTS):
        try:
            async with pool.connection() as connection:
                await connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                return await work(connection)
        except (errors.SerializationFailure, errors.DeadlockDetected):
            await asyncio.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 6)))  # nosec B311: jitter
    raise TryAgain()


async def rows(connection: Connection, query: str, *parameters: object) -> list[Row]:
    cursor = await connection.execute(query, parameters)
    return await cursor.fetchall()


async def row(connection: Connection, query: str, *parameters: object) -> Row | None:
    cursor = await connection.execute(query, parameters)
    return await cursor.fetchone()


async def insert(connection: Connection, table: str, fields: Mapping[str, Any]) -> None:
    """Insert one row; `fields` maps columns to values."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, fields)),
        sql.SQL(", ").join(map(sql.Placeholder, fields)),
    )
    await connection.execute(statement, dict(fields))
