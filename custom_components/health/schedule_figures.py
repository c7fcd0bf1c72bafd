"""What /metrics tells of the house's daily work: when each job was last done, and whether its last try failed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from psycopg import Error
from psycopg_pool import PoolClosed, PoolTimeout

from common.database import Pool

TIMEOUT_S = 2.0
_QUERY = """
    SELECT job, extract(epoch FROM done_at)::float8 AS done, failure IS NOT NULL AS failed,
        extract(epoch FROM clock_timestamp() - coalesce(done_at, since))::float8 AS age
    FROM operations.schedules ORDER BY job
"""


@dataclass(frozen=True)
class JobFigures:
    """`done`: seconds since 1970 of the last success, or 0; `age`: seconds since then, or since it was planned."""

    job: str
    done: float
    age: float
    failed: bool


async def read(pool: Pool) -> list[JobFigures]:
    """Every planned job; none where the database does not tell in time. `pool` is of the owner `audit`."""
    try:
        return await asyncio.wait_for(_read(pool), TIMEOUT_S)
    except (Error, PoolClosed, PoolTimeout, asyncio.TimeoutError):
        return []


async def _read(pool: Pool) -> list[JobFigures]:
    async with pool.connection() as connection:
        rows = await (await connection.execute(_QUERY)).fetchall()
    return [JobFigures(row["job"], row["done"] or 0.0, row["age"], row["failed"]) for row in rows]
