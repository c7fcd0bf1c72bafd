"""The house's daily work: `python -m deploy.schedule run|status|once JOB`.

run      do each job at its time until stopped; one a database, others stand by
once     do one job now, as a cron job of a cluster does
status   when each was last done

What was done stands in the database, so a restart repeats nothing and makes up for what was missed.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import psycopg
import structlog

from common import database, embedded, keys, locks, schedules
from common import settings as house
from common.settings import Settings, SettingsError
from deploy.jobs import Job, planned

LOOK_S = 20.0
FIRST_LOOK_S = 60.0
"""What was missed is made up for after the house has come up, not while it does."""
log = structlog.get_logger(__name__)
Connection = psycopg.Connection[Any]


def run(settings: Settings, jobs: Sequence[Job], first_look_s: float = FIRST_LOOK_S) -> None:
    """Do what is due until the process is told to stop; a lost database is waited for."""
    time.sleep(first_look_s)
    while True:
        try:
            with open_connection(settings) as connection:
                become_the_only_one(connection)
                schedules.forget_others(connection, [job.name for job in jobs])
                schedules.plan(connection, [job.name for job in jobs])
                while True:
                    look(settings, connection, jobs)
                    time.sleep(LOOK_S)
        except psycopg.OperationalError as error:
            log.warning("schedule_without_database", error=type(error).__name__)
            time.sleep(LOOK_S)


def look(settings: Settings, connection: Connection, jobs: Sequence[Job], now: datetime | None = None) -> list[str]:
    """Do what is due; the names of what was tried. A job that fails is noted, and keeps no other from its turn."""
    known, tried = schedules.states(connection), []
    for job in jobs:
        if job.due(known[job.name], now or datetime.now(timezone.utc)):
            tried.append(job.name)
            try:
                log.info("job_done", job=job.name, result=once(settings, connection, job))
            except Exception as error:
                if connection.closed:
                    raise
                log.error("job_failed", job=job.name, error=type(error).__name__)
    return tried


def once(settings: Settings, connection: Connection, job: Job) -> str:
    """Do a job and note it; raises what the job raises."""
    with schedules.tried(connection, job.name):
        return job.work(settings)


def become_the_only_one(connection: Connection) -> None:
    """Wait until no other scheduler works on this database."""
    while True:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (locks.SCHEDULER,)).fetchone()
        if row and row[0]:
            return
        time.sleep(LOOK_S)


@contextmanager
def open_connection(settings: Settings) -> Iterator[Connection]:
    """A connection of whoever owns the database; the demo's is brought to the newest revision first."""
    if settings.demo:
        database.migrate(settings)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        yield connection


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m deploy.schedule", description="The house's daily work.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="do each job at its time until stopped")
    commands.add_parser("status", help="when each was last done")
    single = commands.add_parser("once", help="do one job now")
    single.add_argument("job", choices=(schedules.BACKUP, schedules.RETENTION, schedules.PARTITIONS))
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        jobs = planned()
        settings = house.load()
        try:
            return _command(settings, jobs, arguments)
        finally:
            embedded.stop(settings.home)
    except psycopg.Error as error:
        print(f"error: the database refuses ({type(error).__name__})", file=sys.stderr)
    except (SettingsError, keys.KeyringError, embedded.EmbeddedServerError, OSError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _command(settings: Settings, jobs: list[Job], arguments: argparse.Namespace) -> int:
    if arguments.command == "run":
        run(settings, jobs)
    with open_connection(settings) as connection:
        if arguments.command == "status":
            for state in schedules.states(connection).values():
                done = f"{state.done_at:%Y-%m-%d %H:%M} UTC" if state.done_at else "never"
                print(f"{state.job:<12} done {done}" + (f", last try failed: {state.failure}" if state.failure else ""))
            return 0
        job = next((job for job in jobs if job.name == arguments.job), None)
        if job is None:
            raise SettingsError(f"{arguments.job} is off; give it a time of day first")
        schedules.plan(connection, [job.name])
        print(once(settings, connection, job))
    return 0


def _leave(*_: object) -> None:
    """Leave by way of every `finally`: a scratch server and a half-written file do not stay behind."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
