from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from actions.bank.schedules import ScheduleError, next_run


@pytest.mark.parametrize(
    ("schedule", "after", "runs"),
    [
        ("once", "2026-11-22", None),
        ("daily", "2026-12-31", "2027-01-01"),
        ("every 3 days", "2026-02-27", "2026-03-02"),
        ("weekly", "2026-11-22", "2026-11-29"),
        ("weekly on Monday", "2026-11-23", "2026-11-30"),
        ("weekly on Monday", "2026-11-22", "2026-11-23"),
        ("every 2 weeks on Friday", "2026-11-20", "2026-12-04"),
        ("monthly on the 1st", "2026-11-01", "2026-12-01"),
        ("monthly on the 1st", "2026-11-22", "2026-12-01"),
        ("monthly on the 31st", "2026-01-31", "2026-02-28"),
        ("monthly on the 31st", "2026-02-28", "2026-03-31"),
        ("Monthly on the 30th", "2028-01-30", "2028-02-29"),
        ("every 3 months on the 31st", "2026-11-30", "2027-02-28"),
        ("yearly on 29 February", "2028-02-29", "2029-02-28"),
        ("yearly on 24 December", "2026-11-22", "2026-12-24"),
    ],
)
def test_a_schedule_names_its_next_day(schedule: str, after: str, runs: str | None) -> None:
    assert next_run(schedule, date.fromisoformat(after)) == (date.fromisoformat(runs) if runs else None)


@pytest.mark.parametrize(
    "schedule",
    ["", "sometimes", "monthly on the 32nd", "monthly on the 0th", "monthly on Monday", "weekly on Someday",
     "every 0 days", "yearly on 3 Brumaire", "daily on Monday", "every 100 weeks"],
)  # fmt: skip
def test_what_names_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(ScheduleError):
        next_run(schedule, date(2026, 11, 22))


@given(
    some.sampled_from(["daily", "weekly on Friday", "monthly on the 31st", "every 5 months on the 2nd", "yearly"]),
    some.dates(date(2020, 1, 1), date(2090, 1, 1)),
)
def test_a_schedule_always_goes_on_and_never_back(schedule: str, after: date) -> None:
    following = next_run(schedule, after)
    assert following is not None
    assert timedelta() < following - after <= timedelta(days=366)
