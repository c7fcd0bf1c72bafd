"""Reading what the house told the audit, whether it is sealed already or still waits."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

from common import keys
from common.audit.pseudonym import Pseudonyms, Sort
from common.settings import Settings


class Told(NamedTuple):
    kind: str
    actor: str
    subject: str | None
    outcome: str
    details: dict[str, Any]


class Trail:
    """The records of one database in their order."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url
        self._pseudonyms = Pseudonyms(keys.load(settings))

    def who(self, sort: Sort, identifier: object) -> str:
        return self._pseudonyms.of(sort, str(identifier))

    def about(self, sort: Sort, identifier: object, kind: str | None = None) -> list[Told]:
        """The records that somebody made or that concern them, of one kind or of all."""
        who = self.who(sort, identifier)
        return [one for one in self.all() if who in (one.actor, one.subject) and kind in (None, one.kind)]

    def all(self) -> list[Told]:
        columns = "id, kind, actor, subject, outcome, details"
        query = f"SELECT {columns} FROM audit.log UNION ALL SELECT {columns} FROM audit.intake ORDER BY id"
        with psycopg.connect(self._url) as connection:
            return [Told(*row[1:]) for row in connection.execute(query)]
