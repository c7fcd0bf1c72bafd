from __future__ import annotations

from datetime import datetime, time, timezone

import pytest

from actions.bank import wording
from actions.bank.use_cases.facts_service import monthly_instalment
from actions.bank.use_cases.handoff import next_open

HOURS = {day: {"opens": time(8), "closes": time(20)} for day in range(5)}


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (3, 5, "3 to 5 working days"),
        (1, 1, "1 working day"),
        (0, 0, "the same day"),
        (0, 1, "the same day, at most 1 working day"),
    ],
)
def test_times_are_written_in_working_days(least: int, most: int, text: str) -> None:
    assert wording.working_days(least, most) == text


@pytest.mark.parametrize(
    ("fixed", "share", "text"), [(0, 0, "free"), (200, 0, "£2.00"), (0, 150, "1.5%"), (100, 200, "£1.00 plus 2%")]
)
def test_fees_are_written_with_their_parts(fixed: int, share: int, text: str) -> None:
    assert wording.fee(fixed, share, "GBP") == text


def test_lists_are_written_with_a_last_and() -> None:
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.listing(["a"]) == "a"
    assert wording.listing([]) == "none"


def test_opening_hours_join_equal_days() -> None:
    hours = {day: (time(8), time(20)) for day in range(5)} | {5: (time(9), time(17))}
    assert wording.opening_hours(hours) == "Monday to Friday 08:00 to 20:00, Saturday 09:00 to 17:00"


def test_the_next_opening_skips_the_weekend() -> None:
    friday_night = datetime(2026, 11, 20, 21, 0, tzinfo=timezone.utc)
    assert next_open(HOURS, friday_night, "Europe/London") == (
        False,
        datetime(2026, 11, 23, 8, 0, tzinfo=timezone.utc),
    )
    assert next_open(HOURS, datetime(2026, 11, 20, 9, 0, tzinfo=timezone.utc), "Europe/London") == (True, None)
    assert next_open({}, friday_night, "Europe/London") == (False, None)


def test_an_instalment_repays_the_loan() -> None:
    instalment = monthly_instalment(500_000, 890, 12)
    owed = 500_000 * 120_000**12
    for month in range(12):
        owed = owed * 120_890 // 120_000 - instalment * 120_000**12
        assert (owed > 0) == (month < 11)
    assert monthly_instalment(1_200, 0, 12) == 100
