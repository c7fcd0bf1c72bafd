"""What a worker could not do, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.bank.repository.unit import Connection, row

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


async def note(connection: Connection, job: str, item_id: object, error: str, now: datetime) -> datetime:
    """Count a failure; returns when the item is tried again: after a pause that doubles with every failure."""
    sql = "SELECT tries FROM worker_failures WHERE job = %s AND item_id = %s FOR UPDATE"
    known = await row(connection, sql, job, item_id)
    retry_at = now + min(FIRST_PAUSE * 2 ** min(known["tries"] if known else 0, 12), LONGEST_PAUSE)
    await connection.execute(
        "INSERT INTO worker_failures (job, item_id, error, failed_at, retry_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (job, item_id) DO UPDATE SET tries = worker_failures.tries + 1, error = excluded.error,"
        " failed_at = excluded.failed_at, retry_at = excluded.retry_at",
        (job, item_id, error, now, retry_at),
    )
    return retry_at


async def forget(connection: Connection, job: str, item_id: object) -> None:
    await connection.execute("DELETE FROM worker_failures WHERE job = %s AND item_id = %s", (job, item_id))
