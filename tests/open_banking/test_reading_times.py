from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from actions.bank.open_banking.reading import moment


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-01T08:00:00Z", datetime(2026, 11, 1, 8, tzinfo=timezone.utc)),
        ("2026-11-01T08:00:00+00:00", datetime(2026, 11, 1, 8, tzinfo=timezone.utc)),
        ("2026-11-01T08:00:00.5Z", datetime(2026, 11, 1, 8, 0, 0, 500_000, timezone.utc)),
        ("2026-11-01T08:00:00.1234567Z", datetime(2026, 11, 1, 8, 0, 0, 123_456, timezone.utc)),
        ("2026-11-01T08:00:00,25+01:00", datetime(2026, 11, 1, 8, 0, 0, 250_000, timezone(timedelta(hours=1)))),
    ],
)
def test_a_time_is_read_with_its_zone(text: str, at: datetime) -> None:
    assert moment(text) == at


@pytest.mark.parametrize("text", ["2026-11-01T08:00:00", "2026-11-01", "yesterday", "", "2026-13-01T08:00:00Z"])
def test_a_time_without_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"zone|Invalid|month"):
        moment(text)
