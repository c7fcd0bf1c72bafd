"""Days to come, as people name them."""

from __future__ import annotations

from datetime import date

import pytest

from actions.parsing.days import find_day

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-11-23"),
        ("the day after tomorrow", "2026-11-24"),
        ("next Friday", "2026-11-27"),
        ("on Monday please", "2026-11-23"),
        ("next Sunday", "2026-11-29"),
        ("on the 31st", "2026-12-31"),
        ("the 22nd", "2026-11-22"),
        ("the 1st", "2026-12-01"),
        ("at the end of the month", "2026-11-30"),
        ("on 5 May", "2027-05-05"),
        ("in two weeks", "2026-12-06"),
        ("in a week", "2026-11-29"),
        ("in 10 days", "2026-12-02"),
        ("2026-12-24", "2026-12-24"),
        ("03/12/2026", "2026-12-03"),
    ],
)
def test_a_day_to_come_is_read(text: str, day: str) -> None:
    assert find_day(text, SUNDAY) == date.fromisoformat(day)


@pytest.mark.parametrize("text", ["", "soon", "the 32nd", "the 0th", "31 February 2027", "on 1 May 2020"])
def test_what_is_no_day_to_come_is_asked_again(text: str) -> None:
    assert find_day(text, SUNDAY) is None


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        ("2028-02-28", "tomorrow", "2028-02-29"),
        ("2027-01-31", "on the 30th", "2027-03-30"),
        ("2027-01-31", "at the end of this month", "2027-01-31"),
        ("2026-12-31", "tomorrow", "2027-01-01"),
        ("2026-12-31", "the 31st", "2026-12-31"),
        ("2026-12-30", "on 1 January", "2027-01-01"),
    ],
)
def test_months_and_years_turn_as_they_do(today: str, text: str, day: str) -> None:
    assert find_day(text, date.fromisoformat(today)) == date.fromisoformat(day)
