"""When each of the house's daily jobs was last tried and last done, in `operations.schedules`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

BACKUP, RETENTION, PARTITIONS = "backup", "retention", "partitions"


@dataclass(frozen=True)
class JobState:
    """`since` is when the job was first planned; `failure` is the kind of error of the last try, if it failed."""

    job: str
    since: datetime
    tried_at: datetime | None
    done_at: datetime | None
    failure: str | None


def plan(connection: Connection[Any], jobs: Collection[str]) -> None:
    """These jobs are planned from now on, if they were not yet."""
    connection.execute(
        "INSERT INTO operations.schedules (job) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", (list(jobs),)
    )


def forget_others(connection: Connection[Any], jobs: Collection[str]) -> None:
    """No job is planned but these."""
    connection.execute("DELETE FROM operations.schedules WHERE job <> ALL(%s)", (list(jobs),))


def states(connection: Connection[Any]) -> dict[str, JobState]:
    """What is known of every planned job."""
    cursor = connection.execute("SELECT job, since, tried_at, done_at, failure FROM operations.schedules ORDER BY job")
    return {row[0]: JobState(*row) for row in cursor.fetchall()}


@contextmanager
def tried(connection: Connection[Any], job: str) -> Iterator[None]:
    """Note that a job is tried, and what comes of it, if it is planned; one that is cut short counts as failed."""
    connection.execute(
        "UPDATE operations.schedules SET tried_at = clock_timestamp(), failure = 'Interrupted' WHERE job = %s", (job,)
    )
    try:
        yield
    except Exception as error:
        failure = type(error).__name__
        connection.execute("UPDATE operations.schedules SET failure = %s WHERE job = %s", (failure, job))
        raise
    connection.execute(
        "UPDATE operations.schedules SET done_at = clock_timestamp(), failure = NULL WHERE job = %s", (job,)
    )
