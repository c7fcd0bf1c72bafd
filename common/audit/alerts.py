"""The alerts as the dashboard reads them."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

MOST = 500


async def recent(connection: AsyncConnection[dict[str, Any]], limit: int = 50, before: int = 0) -> list[dict[str, Any]]:
    """Alerts, newest first, at most MOST; `before` is the id of the last one of the page before this one.

    Each has id, kind, principal (a pseudonym), first_sequence, last_sequence, happened_at, raised_at and facts.
    The connection is one of the owner `audit`, whose role only reads.
    """
    cursor = await connection.execute(
        "SELECT id, kind, principal, first_sequence, last_sequence, happened_at, raised_at, facts"
        " FROM audit.alerts WHERE %(before)s = 0 OR id < %(before)s ORDER BY id DESC LIMIT %(limit)s",
        {"before": before, "limit": max(1, min(limit, MOST))},
    )
    return await cursor.fetchall()
