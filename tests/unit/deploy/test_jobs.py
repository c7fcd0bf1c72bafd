"""When a daily job is due, and which backups stay."""

from __future__ import annotations

import os
from datetime import datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from common.schedules import JobState
from common.settings import SettingsError
from deploy import jobs
from deploy.jobs import Job

NIGHTLY = Job("backup", time(2, 30), lambda _: "")


def at(text: str) -> datetime:
    """A time in November, as `day hour:minute`."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)


def state(since: str, tried: str | None = None, done: str | None = None) -> JobState:
    return JobState("backup", at(since), at(tried) if tried else None, at(done) if done else None, None)


@pytest.mark.parametrize(
    ("known", "now", "due"),
    [
        (state("10 12:00"), "10 12:01", False),
        (state("10 12:00"), "11 02:29", False),
        (state("10 12:00"), "11 02:30", True),
        (state("10 12:00"), "14 09:00", True),
        (state("10 12:00", "11 02:30", "11 02:31"), "11 02:40", False),
        (state("10 12:00", "11 02:30", "11 02:31"), "12 02:29", False),
        (state("10 12:00", "11 02:30", "11 02:31"), "12 02:30", True),
        (state("10 12:00", "11 02:30"), "11 02:44", False),
        (state("10 12:00", "11 02:30"), "11 02:45", True),
        (state("10 12:00", "11 02:30"), "12 02:30", True),
        (state("10 12:00", "12 02:30", "11 02:31"), "12 02:31", False),
        (state("10 12:00", "12 02:30", "11 02:31"), "12 02:45", True),
        (state("10 12:00", "11 18:00", "11 18:01"), "12 02:30", True),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_job_is_due_once_a_day_made_up_for_when_missed_and_repeated_when_it_failed(
    known: JobState, now: str, due: bool
) -> None:
    assert NIGHTLY.due(known, at(now)) is due


@pytest.mark.parametrize(("given", "names"), [("02:30", ["backup", "retention", "partitions"]), ("off", ["retention"])])
def test_a_job_that_is_off_is_not_planned(monkeypatch: pytest.MonkeyPatch, given: str, names: list[str]) -> None:
    monkeypatch.setenv("TELLER_BACKUP_AT", given)
    planned = [job.name for job in jobs.planned()]
    assert set(names) <= set(planned)
    assert ("backup" in planned) == (given != "off")


@pytest.mark.parametrize("value", ["25:00", "2", "noon", "02:30:00"])
def test_a_time_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TELLER_RETENTION_AT", value)
    with pytest.raises(SettingsError, match="TELLER_RETENTION_AT must be a time of day like 02:30"):
        jobs.planned()


def test_the_newest_backups_stay_and_so_do_the_keys(tmp_path: Path) -> None:
    names = [f"teller-202611{day:02}T023000000000Z.backup" for day in range(1, 8)]
    for name in [*names, "keys.current", "teller-20261101T0.backup.new", "teller-20261107T1.backup.new"]:
        (tmp_path / name).touch()
    two_days = datetime.now().timestamp() - timedelta(days=2).total_seconds()
    os.utime(tmp_path / "teller-20261101T0.backup.new", (two_days, two_days))
    assert jobs.prune(tmp_path, 3) == 4
    assert {path.name for path in tmp_path.iterdir()} == {*names[-3:], "keys.current", "teller-20261107T1.backup.new"}
    assert jobs.prune(tmp_path, 3) == 0
