"""What /metrics tells of the audit: its length, what waits, and the anomalies that were found, by kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from psycopg import Error
from psycopg_pool import PoolClosed, PoolTimeout

from common.audit.metrics import ALERTS
from common.database import Pool

TIMEOUT_S = 2.0
_QUERY = """
    SELECT (SELECT coalesce(max(sequence), 0) FROM audit.log) AS head,
        (SELECT count(*) FROM (SELECT FROM audit.intake LIMIT 100000) AS counted) AS waiting,
        (SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float8
            FROM audit.intake ORDER BY id LIMIT 1) AS waiting_seconds
"""


@dataclass(frozen=True)
class AuditFigures:
    """`head`: records ever sealed; `waiting`: records not sealed yet, the oldest for `waiting_seconds`."""

    head: int
    waiting: int
    waiting_seconds: float
    alerts: dict[str, int]


async def read(pool: Pool) -> AuditFigures | None:
    """The figures as they are now; None where the database does not give them in time. `pool` is of owner `audit`."""
    try:
        return await asyncio.wait_for(_read(pool), TIMEOUT_S)
    except (Error, PoolClosed, PoolTimeout, asyncio.TimeoutError):
        return None


async def _read(pool: Pool) -> AuditFigures:
    async with pool.connection() as connection:
        [row] = await (await connection.execute(_QUERY)).fetchall()
        cursor = await connection.execute("SELECT kind, count(*) AS number FROM audit.alerts GROUP BY kind")
        found = {one["kind"]: one["number"] for one in await cursor.fetchall()}
    alerts = {kind: found.get(kind, 0) for kind in ALERTS}
    return AuditFigures(row["head"], row["waiting"], max(0.0, row["waiting_seconds"] or 0.0), alerts)
