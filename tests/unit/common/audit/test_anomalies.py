"""The rules on made-up histories: what they must find and what they must leave alone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from common.audit.anomalies import KINDS, Event, Limits, find
from common.audit.travel import distance_km

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
ALEX, SAM = "customer_alex", "customer_sam"


def event(minute: float, **fields: Any) -> Event:
    values: dict[str, Any] = {"kind": "money_movement", "actor": ALEX, "subject": ALEX, "outcome": "done"}
    at = NOON + timedelta(minutes=minute)
    return Event(sequence=0, at=at, **values | fields)


def kinds(events: list[Event], fresh: int = 1, raised: dict[tuple[str, str], datetime] | None = None) -> list[str]:
    return [alert.kind for alert in found(events, fresh, raised)]


def found(events: list[Event], fresh: int = 1, raised: dict[tuple[str, str], datetime] | None = None) -> list[Any]:
    ordered = sorted(events, key=lambda one: one.at)
    numbered = [Event(**{**_fields(one), "sequence": number}) for number, one in enumerate(ordered, 1)]
    return find(numbered, fresh, raised or {})


def _fields(one: Event) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Event.__slots__}


def paid(day: int, minor: int, currency: str = "GBP", hour: int = 12, **fields: Any) -> Event:
    return event(day * 1440 + (hour - 12) * 60, amount=(minor, currency), **fields)


def denied(minute: float, **fields: Any) -> Event:
    return event(minute, **{"kind": "access_denied", "outcome": "refused"} | fields)


def touched(minute: float, target: str, **fields: Any) -> Event:
    return event(minute, **{"kind": "payee_change", "target": target, "outcome": "refused"} | fields)


USUAL = [paid(day, 2000 + 150 * day) for day in range(10)]
DAYTIME = [paid(day, 100, hour=9 + day % 8) for day in range(25)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([denied(n / 3) for n in range(10)], ["denials"]),
        ([denied(n / 3) for n in range(9)], []),
        ([denied(n) for n in range(30)], []),
        ([denied(n / 3, outcome="done") for n in range(30)], []),
        ([denied(n / 3, actor=f"guest_{n}", subject=None) for n in range(30)], []),
        ([denied(n / 3, actor=f"guest_{n}") for n in range(10)], ["denials"]),
        ([denied(n / 3, kind="login") for n in range(12)], ["denials"]),
        ([denied(n / 3, actor="system", subject=None) for n in range(30)], []),
        ([touched(n / 2, f"payee_{n}") for n in range(12)], ["enumeration"]),
        ([touched(n / 2, f"payee_{n % 5}") for n in range(30)], []),
        ([touched(n, f"payee_{n}") for n in range(30)], []),
        ([*USUAL, paid(11, 250_000)], ["unusual_amount"]),
        ([*USUAL, paid(11, 3600)], []),
        ([*USUAL, paid(11, 250_000, outcome="refused")], []),
        ([*USUAL, paid(11, 250_000, currency="JPY")], []),
        ([*USUAL, paid(11, 250_000, actor=SAM, subject=SAM)], []),
        ([*USUAL[:7], paid(11, 250_000)], []),
        ([*[paid(day, 2000) for day in range(10)], paid(11, 2500)], []),
        ([*DAYTIME, paid(30, 100, hour=27)], ["unusual_hour"]),
        ([*DAYTIME, paid(30, 100, hour=18)], []),
        ([*DAYTIME[:19], paid(30, 100, hour=27)], []),
        ([*DAYTIME, event(30 * 1440 + 900, kind="login")], []),
        ([event(0, country="GB"), event(30, country="AU", channel="telegram")], ["impossible_travel"]),
        ([event(0, country="GB"), event(30 * 60, country="AU")], []),
        ([event(0, country="GB"), event(10), event(30, country="AU")], ["impossible_travel"]),
        ([event(0, country="GB"), event(10, country="FR")], []),
        ([event(0, country="GB"), event(1, country="GB")], []),
        ([event(0, country="GB"), event(1, country="AU", actor=SAM, subject=SAM)], []),
        ([event(0, country="GB"), event(1, country="ZZ")], []),
    ],
)
def test_what_is_an_anomaly_and_what_is_not(events: list[Event], expected: list[str]) -> None:
    assert kinds(events) == expected


def test_midnight_is_near_to_one_in_the_morning() -> None:
    late = [paid(day, 100, hour=23) for day in range(25)]
    assert kinds([*late, paid(30, 100, hour=25)]) == []


def test_a_burst_is_told_once_an_hour() -> None:
    burst = [denied(n / 10) for n in range(100)]
    assert kinds(burst) == ["denials"]
    assert kinds([*burst, *(denied(61 + n / 10) for n in range(100))]) == ["denials", "denials"]


def test_what_was_raised_before_is_not_raised_again() -> None:
    burst = [denied(n / 10) for n in range(20)]
    assert kinds(burst, raised={("denials", ALEX): NOON - timedelta(minutes=30)}) == []
    assert kinds(burst, raised={("denials", SAM): NOON}) == ["denials"]


def test_history_is_judged_by_but_not_judged() -> None:
    events = [*USUAL, paid(11, 250_000)]
    assert kinds(events, fresh=12) == []
    assert kinds(events, fresh=11) == ["unusual_amount"]


def test_an_alert_names_the_records_it_rests_on() -> None:
    alert = found([event(-60), *(denied(n / 3) for n in range(10))])[0]
    assert (alert.first, alert.last) == (2, 11)
    assert alert.facts == {"count": 10, "minutes": 5}
    assert alert.principal == ALEX


def test_facts_hold_no_pseudonym() -> None:
    travel = found([event(0, country="GB", channel="rest_v2"), event(30, country="AU", channel="telegram")])[0]
    assert travel.facts.keys() == {"from", "to", "km", "minutes", "channels"}
    assert travel.facts["channels"] == ["rest_v2", "telegram"]


def test_every_kind_of_alert_is_known_beforehand() -> None:
    tried = [
        *(denied(n / 3) for n in range(10)),
        *(touched(n / 3, f"payee_{n}", actor=SAM) for n in range(12)),
        *(paid(-30 + day, 2000 + day, actor="customer_c", subject="customer_c") for day in range(25)),
        paid(-1, 250_000, hour=26, actor="customer_c", subject="customer_c"),
        event(0, country="GB", actor="customer_d", subject="customer_d"),
        event(1, country="JP", actor="customer_d", subject="customer_d"),
    ]
    assert sorted(kinds(tried)) == sorted(KINDS)


def test_limits_can_be_set() -> None:
    events = [event(0, kind="login", outcome="refused")]
    assert [alert.kind for alert in find(events, 0, {}, Limits(denials=1))] == ["denials"]


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("GB", "FR", 300, 400),
        ("GB", "AU", 13_000, 15_000),
        ("PT", "ES", 0, 600),
        ("GB", "GB", 0, 0),
        ("GB", "XX", 0, 0),
    ],
)
def test_distance_between_countries(one: str, other: str, least: float, most: float) -> None:
    assert least <= distance_km(one, other) <= most
    assert distance_km(other, one) == distance_km(one, other)


def test_one_record_that_stands_for_many_refusals_counts_as_many() -> None:
    assert kinds([denied(1, count=9)]) == []
    assert kinds([denied(1, count=9), denied(2)]) == ["denials"]
    assert found([denied(1, count=40)])[0].facts["count"] == 40


def test_what_moves_by_itself_is_neither_unusual_nor_usual() -> None:
    """Standing orders and the history of a new customer say nothing about what the customer does by hand."""
    by_itself = [paid(day, 1_000 + day, actor="system") for day in range(30)]
    assert kinds([*by_itself, paid(30, 9_000_000, hour=3, actor="system")]) == []
    assert kinds([*by_itself, paid(30, 9_000_000, hour=3)]) == []
    by_hand = [paid(day, 1_000 + day) for day in range(30)]
    assert kinds([*by_hand, paid(30, 9_000_000, hour=3)], fresh=31) == ["unusual_amount", "unusual_hour"]


@pytest.mark.parametrize(("outcome", "alerts"), [("refused", []), ("done", ["impossible_travel"])])
def test_only_who_came_in_has_travelled(outcome: str, alerts: list[str]) -> None:
    """Whoever only tried to be somebody was not there."""
    here = event(0, kind="seen", country="GB")
    assert kinds([here, event(2, kind="login", outcome=outcome, country="BR")]) == alerts
