"""The search for anomalies in what was sealed, from where it last stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from common.audit import anomalies, database
from common.audit.anomalies import Alert, Event, Limits
from common.audit.database import Sql

BATCH = 100
"""Few at once: the sealer looks between two batches, and a record must be sealed within two seconds."""
HISTORY_DAYS = 90
HISTORY_EVENTS = 200
"""How far back, and how many records, of each principal are read."""

_COUNTED = frozenset({"login", "access_denied"})
_EVENT = "sequence, recorded_at, kind, actor, subject, outcome, channel, country, details"
_FRESH = f"""
    SELECT {_EVENT}, sealed_at FROM audit.log
    WHERE sealed_at >= %s AND sequence > %s AND isfinite(recorded_at) ORDER BY sequence LIMIT %s
"""
_HISTORY = " UNION ALL ".join(
    f"""(
        SELECT {_EVENT} FROM audit.log
        WHERE {column} = principal AND sequence <= %(upto)s AND isfinite(recorded_at)
            AND sealed_at > now() - make_interval(days => %(days)s)
        ORDER BY sequence DESC LIMIT %(events)s
    )"""
    for column in ("actor", "subject")
)
_PAST = f"""
    SELECT DISTINCT ON (sequence) past.* FROM unnest(%(principals)s::text[]) AS principal, LATERAL ({_HISTORY}) AS past
    ORDER BY sequence
"""
_RAISED = """
    SELECT kind, principal, max(happened_at) FROM audit.alerts
    WHERE principal = ANY(%s) AND happened_at > %s GROUP BY kind, principal
"""


def look(connection: Sql, limits: Limits | None = None, batch: int = BATCH) -> tuple[list[Alert], bool]:
    """Judge what was sealed since the last look, at most `batch` records, and keep the alerts in audit.alerts.

    Returns the alerts and whether there may be more to judge. Alerts and progress are one transaction, so that
    nothing is judged twice or left out.
    """
    limits = limits or Limits()
    with connection.transaction():
        cursor, cursor_time = database.one(connection, "SELECT sequence, sealed_at::text FROM audit.watch FOR UPDATE")
        rows = connection.execute(_FRESH, (cursor_time, cursor, batch)).fetchall()
        if not rows:
            return [], False
        fresh = [_event(row[:-1]) for row in rows]
        principals = sorted({event.actor for event in fresh} | {event.subject for event in fresh if event.subject})
        past = connection.execute(
            _PAST, {"principals": principals, "upto": cursor, "days": HISTORY_DAYS, "events": HISTORY_EVENTS}
        )
        events = [*map(_event, past), *fresh]
        earliest = min(event.at for event in fresh)
        raised = connection.execute(_RAISED, (principals, earliest - limits.silence)).fetchall()
        alerts = anomalies.find(events, fresh[0].sequence, {(kind, who): at for kind, who, at in raised}, limits)
        _keep(connection, alerts)
        connection.execute("UPDATE audit.watch SET sequence = %s, sealed_at = %s", (rows[-1][0], rows[-1][-1]))
    return alerts, len(rows) == batch


def _keep(connection: Sql, alerts: Sequence[Alert]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit.alerts (kind, principal, first_sequence, last_sequence, happened_at, facts)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [(a.kind, a.principal, a.first, a.last, a.at, Jsonb(dict(a.facts))) for a in alerts],
        )


def _event(row: Sequence[Any]) -> Event:
    sequence, at, kind, actor, subject, outcome, channel, country, details = row
    minor, currency = details.get("amount_minor"), details.get("currency")
    amount = (minor, currency) if isinstance(minor, int) and isinstance(currency, str) else None
    target = details.get("payee") or details.get("card") or details.get("target")
    count = details.get("count")
    number = count if kind in _COUNTED and isinstance(count, int) else 1
    return Event(sequence, at, kind, actor, subject, outcome, channel, country, amount, target, number)
