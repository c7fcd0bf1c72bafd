"""Recording: one row in the caller's own transaction, so that it stands if and only if what it tells does."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection, connect
from psycopg.types.json import Jsonb

from common.audit.record import AuditRecord
from common.database import conninfo
from common.settings import Settings

INSERT = (
    "INSERT INTO audit.intake (kind, actor, subject, outcome, channel, country, details)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


async def append(connection: AsyncConnection[Any], record: AuditRecord) -> None:
    """Add a record; the sealer chains it within two seconds after the commit.

    Works for the roles of bank, identity and conversation at every isolation level; it reads nothing, so it
    never makes a transaction fail that would have passed. A refusal that rolls its transaction back is recorded
    in a transaction of its own.
    """
    await connection.execute(INSERT, values(record))


def note(settings: Settings, record: AuditRecord) -> None:
    """Add a record of what changed nothing in this database, in a transaction of its own."""
    with connect(conninfo(settings, "identity")) as connection:
        connection.execute(INSERT, values(record))


def values(record: AuditRecord) -> tuple[Any, ...]:
    """The parameters of INSERT."""
    details = Jsonb(dict(record.details))
    return (record.kind, record.actor, record.subject, record.outcome, record.channel, record.country, details)
