"""What the house does every day by itself, and when. Times are UTC; `off` leaves a job to somebody else."""

from __future__ import annotations

import asyncio
import os
import time as clock
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import psycopg

from common import keys
from common.audit import database, service, signing
from common.audit.retention import drop_expired
from common.database import conninfo
from common.rights.retention import retain
from common.schedules import BACKUP, PARTITIONS, RETENTION, JobState
from common.settings import Settings, SettingsError
from deploy import backup

RETRY = timedelta(minutes=15)
MONTHS_AHEAD = 3
_DRAFT_LIFE_S = 86_400


@dataclass(frozen=True)
class Job:
    """`work` does it, and says in a few words what came of it; `at` is the time of day, UTC."""

    name: str
    at: time
    work: Callable[[Settings], str]

    def due(self, state: JobState, now: datetime) -> bool:
        """Whether today's turn, or one that was missed, is still open; a failed try is repeated after RETRY."""
        turn = datetime.combine(now.date(), self.at, now.tzinfo)
        turn -= timedelta(days=turn > now)
        if (state.done_at or state.since) >= turn:
            return False
        return state.tried_at is None or state.tried_at < turn or now - state.tried_at >= RETRY


def planned() -> list[Job]:
    """The jobs that are not off; raises SettingsError for a time that is none."""
    times = {
        BACKUP: _time("TELLER_BACKUP_AT", "02:30"),
        RETENTION: _time("TELLER_RETENTION_AT", "03:30"),
        PARTITIONS: time(0, 10),
    }
    work = {BACKUP: make_backup, RETENTION: end_what_is_past, PARTITIONS: make_partitions}
    return [Job(name, at, work[name]) for name, at in times.items() if at is not None]


def make_backup(settings: Settings) -> str:
    """A backup that was proven by a restore; those beyond $TELLER_BACKUPS_KEPT go."""
    folder, kept = backup.folder_of(settings), _number("TELLER_BACKUPS_KEPT", 14)
    path = backup.make(settings, folder)
    backup.verify(settings, path)
    gone = prune(folder, kept)
    return f"{path.name} made and proven, {gone} old ones removed"


def prune(folder: Path, kept: int) -> int:
    """Remove all backups but the newest `kept`, and what is left of interrupted ones; how many backups went."""
    old = sorted(folder.glob("teller-*.backup"))[:-kept]
    drafts = [path for path in folder.glob("*.new") if path.stat().st_mtime < clock.time() - _DRAFT_LIFE_S]
    for path in [*old, *drafts]:
        path.unlink(missing_ok=True)
    return len(old)


def end_what_is_past(settings: Settings) -> str:
    """Everything past its time ends: conversations, codes, keys of guests, and months of the audit."""
    rows = sum(asyncio.run(retain(settings)).values())
    key = signing.signing_key(keys.load(settings))
    with database.open_connection(settings.database_url, "teller_audit_sealer") as connection:
        months = drop_expired(connection, service.place(settings.home, database.log_id(connection)), key)
    return f"{rows} rows and {months} months of the audit ended"


def make_partitions(settings: Settings) -> str:
    """The months ahead, of conversations and of the audit."""
    with psycopg.connect(conninfo(settings, "conversation")) as connection:
        conversation = _made(connection, "SELECT conversation.make_partitions(%s)")
    with database.open_connection(settings.database_url, "teller_audit_sealer") as connection:
        audit = _made(connection, "SELECT audit.make_partitions(%s)")
    return f"{conversation} months of conversations and {audit} of the audit made"


def _made(connection: psycopg.Connection[tuple[int]], query: str) -> int:
    row = connection.execute(query, (MONTHS_AHEAD,)).fetchone()  # type: ignore[arg-type]  # one of two constants
    return row[0] if row else 0


def _time(name: str, default: str) -> time | None:
    text = os.environ.get(name) or default
    if text == "off":
        return None
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise SettingsError(f"{name} must be a time of day like 02:30 (UTC), or off, not {text!r}") from None


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number above zero, not {text!r}")
    return int(text)
