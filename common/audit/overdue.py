"""The house's own lateness: a backup that is older than it may be is an alert like any other."""

from __future__ import annotations

from datetime import timedelta

from common.audit.database import Sql
from common.schedules import BACKUP

KIND = "backup_overdue"
MOST_AGE = timedelta(hours=26)
"""A day, and two hours for the next one to be made and proven."""
SILENCE = timedelta(hours=24)

_RAISE = """
    INSERT INTO audit.alerts (kind, principal, first_sequence, last_sequence, happened_at, facts)
    SELECT %(kind)s, 'system', 0, 0, now(), jsonb_build_object(
        'job', job,
        'hours', floor(extract(epoch FROM now() - coalesce(done_at, since)) / 3600)::bigint
    )
    FROM operations.schedules
    WHERE job = %(job)s AND coalesce(done_at, since) < now() - %(age)s AND NOT EXISTS (
        SELECT FROM audit.alerts WHERE kind = %(kind)s AND happened_at > now() - %(silence)s
    )
"""


def look(connection: Sql, most_age: timedelta = MOST_AGE) -> bool:
    """Whether an alert was raised now: at most one a day, and none where no backup is planned."""
    values = {"kind": KIND, "job": BACKUP, "age": most_age, "silence": SILENCE}
    return connection.execute(_RAISE, values).rowcount > 0
