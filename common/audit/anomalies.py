"""What looks wrong in the records: pure rules over windows of them.

An event is judged against the ones before it of the same principal: who acted, for denials and enumeration; whom
it concerns, for denials, amounts, hours and travel. At most one alert of a kind for a principal an hour.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from common.audit.record import SYSTEM
from common.audit.travel import distance_km


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is an anomaly."""

    denials: int = 10
    denial_window: timedelta = timedelta(minutes=5)
    targets: int = 12
    target_window: timedelta = timedelta(minutes=10)
    least_movements: int = 8
    amount_score: float = 3.5
    least_events: int = 20
    hour_share: float = 0.02
    speed_km_h: float = 1000.0
    slack_km: float = 300.0
    silence: timedelta = timedelta(hours=1)
    memory: int = 200


@dataclass(frozen=True, slots=True)
class Event:
    """What the rules read of a record; `amount` is (minor units, currency), `target` the payee or card touched.

    `count` is how many refusals of the same sort one record stands for.
    """

    sequence: int
    at: datetime
    kind: str
    actor: str
    subject: str | None
    outcome: str
    channel: str | None = None
    country: str | None = None
    amount: tuple[int, str] | None = None
    target: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Alert:
    """`facts` are counts, words and codes; the records it rests on lie between the two sequences."""

    kind: str
    principal: str
    first: int
    last: int
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


KINDS = ("denials", "enumeration", "unusual_amount", "unusual_hour", "impossible_travel")
_DENIABLE = frozenset({"login", "access_denied", "step_up"})
_BY_HAND = frozenset({"money_movement", "limit_change", "payee_change", "card_change", "step_up", "export"})


def find(
    events: Sequence[Event],
    fresh: int,
    raised: Mapping[tuple[str, str], datetime],
    limits: Limits | None = None,
) -> list[Alert]:
    """The alerts that the events from sequence `fresh` on give; earlier ones are history.

    `events` are in order; `raised` says when an alert of a kind was last raised for a principal.
    """
    limits = limits or Limits()
    last = dict(raised)
    alerts = []
    for alert in _all(events, fresh, limits):
        before = last.get((alert.kind, alert.principal))
        if before is None or alert.at - before >= limits.silence:
            last[alert.kind, alert.principal] = alert.at
            alerts.append(alert)
    return alerts


Rule = Callable[[str, Event, Sequence[Event], Limits], "Alert | None"]


def _all(events: Iterable[Event], fresh: int, limits: Limits) -> Iterator[Alert]:
    past: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        for role, principal, rules in (
            ("actor", event.actor, _OF_THE_ACTOR),
            ("subject", event.subject, _OF_THE_SUBJECT),
        ):
            if principal is None or principal == SYSTEM:
                continue
            before = past[role, principal]
            if event.sequence >= fresh:
                for rule in rules:
                    alert = rule(principal, event, before[-limits.memory :], limits)
                    if alert is not None:
                        yield alert
            before.append(event)


def denials(principal: str, event: Event, past: Sequence[Event], limits: Limits) -> Alert | None:
    """Many refusals within minutes: of one who tries, or for one who is attacked from many places."""
    if not _is_denial(event):
        return None
    burst = [*filter(_is_denial, _since(past, event.at - limits.denial_window)), event]
    number = sum(one.count for one in burst)
    if number < limits.denials:
        return None
    facts = {"count": number, "minutes": limits.denial_window.seconds // 60}
    return Alert("denials", principal, burst[0].sequence, event.sequence, event.at, facts)


def enumeration(principal: str, event: Event, past: Sequence[Event], limits: Limits) -> Alert | None:
    """One principal touches many different payees or cards within minutes, allowed or not."""
    if event.target is None:
        return None
    touched = [*(other for other in _since(past, event.at - limits.target_window) if other.target), event]
    targets = {other.target for other in touched}
    if len(targets) < limits.targets:
        return None
    facts = {"count": len(targets), "minutes": limits.target_window.seconds // 60}
    return Alert("enumeration", principal, touched[0].sequence, event.sequence, event.at, facts)


def unusual_amount(principal: str, event: Event, past: Sequence[Event], limits: Limits) -> Alert | None:
    """More than the customer ever moved, and far from their median.

    The modified z-score of Iglewicz and Hoaglin (1993), 0.6745 (x - median) / MAD, on logarithms, where amounts
    spread evenly; the MAD is at least 0.2, so that equal payments do not make a slightly larger one strange.
    """
    if event.amount is None or not _is_movement(event):
        return None
    minor, currency = event.amount
    earlier = [
        other.amount[0] for other in past if _is_movement(other) and other.amount and other.amount[1] == currency
    ]
    if len(earlier) < limits.least_movements or minor <= max(earlier):
        return None
    logs = [math.log(max(1, amount)) for amount in earlier]
    middle = median(logs)
    spread = max(0.2, median(abs(value - middle) for value in logs))
    score = 0.6745 * (math.log(max(1, minor)) - middle) / spread
    if score <= limits.amount_score:
        return None
    facts = {"currency": currency, "score": round(score, 1), "movements": len(earlier)}
    return Alert("unusual_amount", principal, event.sequence, event.sequence, event.at, facts)


def unusual_hour(principal: str, event: Event, past: Sequence[Event], limits: Limits) -> Alert | None:
    """Something done by hand at an hour at which the customer hardly ever does anything."""
    if not _is_by_hand(event):
        return None
    earlier = [*filter(_is_by_hand, past)]
    if len(earlier) < limits.least_events:
        return None
    near = sum(_hours_apart(event.at, other.at) <= 2 for other in earlier)
    if near / len(earlier) > limits.hour_share:
        return None
    facts = {"hour_utc": event.at.hour, "near": near, "events": len(earlier)}
    return Alert("unusual_hour", principal, event.sequence, event.sequence, event.at, facts)


def impossible_travel(principal: str, event: Event, past: Sequence[Event], limits: Limits) -> Alert | None:
    """Two countries one after the other, in whatever channels, faster than an airliner flies."""
    if event.country is None or not _is_presence(event):
        return None
    before = next((other for other in reversed(past) if other.country is not None and _is_presence(other)), None)
    if before is None or before.country is None or before.country == event.country:
        return None
    distance = distance_km(before.country, event.country)
    hours = abs(event.at - before.at) / timedelta(hours=1)
    if distance - limits.slack_km <= limits.speed_km_h * hours:
        return None
    facts = {
        "from": before.country,
        "to": event.country,
        "km": round(distance),
        "minutes": round(hours * 60),
        "channels": sorted({before.channel or "unknown", event.channel or "unknown"}),
    }
    return Alert("impossible_travel", principal, before.sequence, event.sequence, event.at, facts)


_OF_THE_ACTOR: tuple[Rule, ...] = (denials, enumeration)
_OF_THE_SUBJECT: tuple[Rule, ...] = (denials, unusual_amount, unusual_hour, impossible_travel)


def _since(past: Sequence[Event], start: datetime) -> Sequence[Event]:
    return [event for event in past if event.at >= start]


def _is_denial(event: Event) -> bool:
    return event.outcome == "refused" and event.kind in _DENIABLE


def _is_presence(event: Event) -> bool:
    """Whether the subject was there: whoever only tried to be them was not."""
    return event.kind != "login" or event.outcome == "done"


def _is_by_hand(event: Event) -> bool:
    return event.kind in _BY_HAND and event.actor != SYSTEM


def _is_movement(event: Event) -> bool:
    return event.kind == "money_movement" and event.outcome == "done" and event.actor != SYSTEM


def _hours_apart(one: datetime, other: datetime) -> float:
    minutes = abs((one.hour * 60 + one.minute) - (other.hour * 60 + other.minute))
    return min(minutes, 1440 - minutes) / 60
