"""How often something shall happen, as people name it, and what becomes of it when its day is moved."""

from __future__ import annotations

from datetime import date

import pytest

from actions.bank.schedules import next_run
from actions.parsing.schedules import find_schedule, moved

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "schedule", "first"),
    [
        ("every month", "monthly on the 23rd", "2026-11-23"),
        ("monthly on the 1st", "monthly on the 1st", "2026-12-01"),
        ("the 31st of each month", "monthly on the 31st", "2026-12-31"),
        ("on the 12th every month please", "monthly on the 12th", "2026-12-12"),
        ("every week", "weekly on Monday", "2026-11-23"),
        ("weekly on Friday", "weekly on Friday", "2026-11-27"),
        ("every Friday", "weekly on Friday", "2026-11-27"),
        ("each sunday", "weekly on Sunday", "2026-11-29"),
        ("every other week on Tuesday", "every 2 weeks on Tuesday", "2026-11-24"),
        ("every two weeks on Friday", "every 2 weeks on Friday", "2026-11-27"),
        ("every six months on the 5th", "every 6 months on the 5th", "2026-12-05"),
        ("every 3 months from the 2nd", "every 3 months on the 2nd", "2026-12-02"),
        ("daily", "daily", "2026-11-23"),
        ("every day from tomorrow", "daily", "2026-11-23"),
        ("every year on 24 December", "yearly on 24 December", "2026-12-24"),
        ("once a month, starting tomorrow", "monthly on the 23rd", "2026-11-23"),
        ("£40 a month on the 3rd", "monthly on the 3rd", "2026-12-03"),
    ],
)
def test_a_rhythm_is_read_as_the_bank_writes_it(text: str, schedule: str, first: str) -> None:
    found = find_schedule(text, SUNDAY)
    assert found == (schedule, date.fromisoformat(first))
    following = next_run(schedule, date.fromisoformat(first))
    assert following
    assert following > date.fromisoformat(first)


@pytest.mark.parametrize("text", ["", "tomorrow", "on the 5th", "once", "next month", "£25 for Anna", "every so often"])
def test_what_is_no_rhythm_is_none(text: str) -> None:
    assert find_schedule(text, SUNDAY) is None


@pytest.mark.parametrize(
    ("schedule", "day", "becomes"),
    [
        ("monthly on the 1st", "2026-12-04", "monthly on the 4th"),
        ("monthly on the 1st", "2026-12-11", "monthly on the 11th"),
        ("every 3 months on the 1st", "2026-12-22", "every 3 months on the 22nd"),
        ("weekly on Monday", "2026-12-04", "weekly on Friday"),
        ("every 2 weeks on Friday", "2026-12-07", "every 2 weeks on Monday"),
        ("yearly on 24 December", "2026-12-06", "yearly on 6 December"),
        ("daily", "2026-12-04", "daily"),
        ("every 3 days", "2026-12-04", "every 3 days"),
        ("once", "2026-12-04", "once"),
    ],
)
def test_a_moved_day_keeps_the_rhythm(schedule: str, day: str, becomes: str) -> None:
    assert moved(schedule, date.fromisoformat(day)) == becomes
    assert becomes == "once" or next_run(becomes, date.fromisoformat(day))
