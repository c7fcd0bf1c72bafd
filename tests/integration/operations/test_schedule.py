"""The daily work on a real database: remembered over restarts, done by one, noted when it fails, missed aloud."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest

from common import schedules
from common.audit import database, overdue
from common.database import open_pool
from common.settings import ROOT, Settings
from custom_components.health import schedule_figures
from deploy import backup, schedule
from deploy.jobs import Job, planned
from deploy.schedule import Connection

NOW = datetime.now(timezone.utc)


@pytest.fixture
def connection(own_database: Settings) -> Iterator[Connection]:
    with psycopg.connect(own_database.database_url, autocommit=True) as opened:
        opened.execute("DELETE FROM operations.schedules")
        yield opened


@pytest.fixture
def house(own_database: Settings, tmp_path: Path) -> Settings:
    """The same database with a home of its own, in which backups and keys lie."""
    return dataclasses.replace(own_database, home=tmp_path)


def counting(name: str = "backup", failure: Exception | None = None) -> tuple[Job, list[int]]:
    """A job that is due at any time of the day, and its calls."""
    calls: list[int] = []

    def work(_: Settings) -> str:
        calls.append(1)
        if failure is not None:
            raise failure
        return "done"

    return Job(name, time(0, 0), work), calls


def plan(connection: Connection, *jobs: Job, since: timedelta = timedelta(days=3)) -> None:
    schedules.plan(connection, [job.name for job in jobs])
    connection.execute("UPDATE operations.schedules SET since = now() - %s", (since,))


def test_what_was_done_is_not_done_again_after_a_restart(connection: Connection, house: Settings) -> None:
    job, calls = counting()
    plan(connection, job)
    assert schedule.look(house, connection, [job]) == ["backup"]
    with psycopg.connect(house.database_url, autocommit=True) as another:
        plan(another, job)
        assert schedule.look(house, another, [job]) == []
        assert schedule.look(house, another, [job], NOW + timedelta(days=1)) == ["backup"]
    assert len(calls) == 2


def test_a_job_that_fails_is_noted_keeps_nobody_waiting_and_is_tried_again(
    connection: Connection, house: Settings
) -> None:
    broken, calls = counting("backup", OSError("no room for the secret"))
    sound, _ = counting("retention")
    plan(connection, broken, sound)
    assert schedule.look(house, connection, [broken, sound]) == ["backup", "retention"]
    known = schedules.states(connection)
    assert (known["backup"].failure, known["backup"].done_at) == ("OSError", None)
    assert known["retention"].failure is None
    assert schedule.look(house, connection, [broken, sound]) == []
    assert schedule.look(house, connection, [broken, sound], datetime.now(timezone.utc) + timedelta(minutes=15))[
        0:1
    ] == ["backup"]
    assert len(calls) == 2


def test_a_try_that_is_cut_short_counts_as_failed(connection: Connection, house: Settings) -> None:
    job, _ = counting("backup")
    stopping = dataclasses.replace(job, work=lambda _: sys.exit(0))
    plan(connection, stopping)
    with pytest.raises(SystemExit):
        schedule.look(house, connection, [stopping])
    assert schedules.states(connection)["backup"].failure == "Interrupted"


def test_a_job_that_was_switched_off_is_not_missed(connection: Connection) -> None:
    plan(connection, counting("backup")[0], counting("retention")[0])
    schedules.forget_others(connection, ["retention"])
    assert list(schedules.states(connection)) == ["retention"]


def test_two_schedulers_do_not_work_at_once(connection: Connection, house: Settings) -> None:
    schedule.become_the_only_one(connection)
    with psycopg.connect(house.database_url, autocommit=True) as other:
        found = other.execute("SELECT pg_try_advisory_lock(%s)", (schedule.locks.SCHEDULER,)).fetchone()
    assert found == (False,)


@pytest.mark.parametrize(
    ("since", "done", "raised"),
    [
        (timedelta(hours=25), None, False),
        (timedelta(hours=27), None, True),
        (timedelta(days=9), timedelta(hours=25), False),
        (timedelta(days=9), timedelta(hours=27), True),
    ],
)
def test_a_backup_that_is_too_old_is_an_alert_once_a_day(
    connection: Connection, house: Settings, since: timedelta, done: timedelta | None, raised: bool
) -> None:
    connection.execute("ALTER TABLE audit.alerts DISABLE TRIGGER ALL")
    connection.execute("DELETE FROM audit.alerts")
    connection.execute("ALTER TABLE audit.alerts ENABLE ALWAYS TRIGGER no_early_loss")
    connection.execute("ALTER TABLE audit.alerts ENABLE ALWAYS TRIGGER no_change")
    plan(connection, counting()[0], since=since)
    connection.execute("UPDATE operations.schedules SET done_at = now() - %s::interval", (done,))
    with database.open_connection(house.database_url, "teller_audit_sealer") as sealing:
        assert [overdue.look(sealing), overdue.look(sealing)] == [raised, False]
    rows = connection.execute("SELECT kind, principal, facts FROM audit.alerts").fetchall()
    hours = int((done or since) / timedelta(hours=1))
    assert rows == ([("backup_overdue", "system", {"job": "backup", "hours": hours})] if raised else [])


def test_without_a_planned_backup_nothing_is_overdue(connection: Connection, house: Settings) -> None:
    with database.open_connection(house.database_url, "teller_audit_sealer") as sealing:
        assert not overdue.look(sealing, timedelta(0))


async def test_figures_tell_the_last_success_and_the_age(connection: Connection, house: Settings) -> None:
    plan(connection, counting("backup")[0], counting("retention")[0])
    with schedules.tried(connection, "retention"):
        pass
    pool = await open_pool(house, "audit", max_size=1)
    figures = {one.job: one for one in await schedule_figures.read(pool)}
    await pool.close()
    assert (figures["backup"].done, figures["backup"].failed) == (0.0, False)
    assert abs(figures["backup"].age - timedelta(days=3).total_seconds()) < 60
    assert abs(figures["retention"].done - datetime.now(timezone.utc).timestamp()) < 60
    assert figures["retention"].age < 60
    assert await schedule_figures.read(pool) == []


def test_the_real_jobs_do_their_work_and_the_audit_hears_of_it(
    connection: Connection, house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLER_BACKUPS_KEPT", "1")
    jobs = planned()
    schedules.plan(connection, [job.name for job in jobs])
    results = {job.name: schedule.once(house, connection, job) for job in jobs}
    [made] = backup.folder_of(house).glob("teller-*.backup")
    assert results["backup"] == f"{made.name} made and proven, 0 old ones removed"
    schedule.once(house, connection, jobs[0])
    [newer] = backup.folder_of(house).glob("teller-*.backup")
    assert newer.name > made.name
    rows = connection.execute(
        "SELECT details->>'action', actor FROM audit.intake WHERE kind = 'admin_action' ORDER BY id"
    )
    assert rows.fetchall() == [("backup_made", "system"), ("retention_run", "system"), ("backup_made", "system")]
    assert all(state.done_at is not None for state in schedules.states(connection).values())


def command(house: Settings, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    where = {"TELLER_HOME": str(house.home), "DATABASE_URL": house.database_url, "REDIS_URL": house.redis_url}
    call = [sys.executable, "-W", "ignore", "-m", "deploy.schedule", *arguments]
    return subprocess.run(
        call, cwd=ROOT, env=os.environ | where | environment, capture_output=True, text=True, timeout=240
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["once", "backup"], {"TELLER_BACKUP_AT": "off"}, "error: backup is off; give it a time of day first"),
        (["run"], {"TELLER_BACKUP_AT": "often"}, "error: TELLER_BACKUP_AT must be a time of day like 02:30"),
        (["once", "backup"], {"TELLER_BACKUP_FOLDER": "/proc/nowhere"}, "error: "),
    ],
)
def test_a_command_that_fails_says_why_in_one_line(
    house: Settings, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    done = command(house, *arguments, **environment)
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.startswith(said)


def test_a_single_job_as_a_cluster_runs_it_is_remembered(connection: Connection, house: Settings) -> None:
    assert command(house, "once", "partitions").returncode == 0
    told: Any = command(house, "status").stdout
    assert told.startswith(f"partitions   done {datetime.now(timezone.utc):%Y-%m-%d}")
