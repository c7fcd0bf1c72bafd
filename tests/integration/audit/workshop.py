"""What the audit's tests share: a sealer at hand, and ways to wait for one that works by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common import keys
from common.audit import database, service, writer
from common.audit.database import Sql
from common.audit.place import Folder
from common.audit.record import AuditRecord
from common.audit.sealer import Sealer
from common.audit.signing import PublicKeys, own_keys
from common.audit.verify import Report, verify
from common.settings import Settings
from tests.unit.common.audit.records import record


@dataclass(frozen=True)
class Workshop:
    """`sealing` and `reading` are connections of those two roles."""

    sealing: Sql
    reading: Sql
    sealer: Sealer
    place: Folder
    key: Ed25519PrivateKey
    keys: PublicKeys

    def add(self, *records: AuditRecord) -> None:
        """Records into the intake, sealed and signed at once."""
        with self.sealing.cursor() as cursor:
            cursor.executemany(writer.INSERT, [writer.values(one) for one in records])
        self.sealer.seal()
        self.sealer.sign()

    def fill(self, number: int) -> None:
        """So many records, the nth about n pence, three batches."""
        for part in range(3):
            self.add(*(record(amount_minor=n) for n in range(1, number + 1) if n % 3 == part))

    def verify(self) -> Report:
        return verify(self.reading, self.place, self.keys)

    def verdict(self) -> tuple[str, int | None] | None:
        """The first fault and its record, or None."""
        problem = self.verify().problem
        return None if problem is None else (problem.fault, problem.sequence)


def check(house: Settings) -> Report:
    """The verification of a house's log as anybody with its keys runs it."""
    with database.open_connection(house.database_url, "teller_audit") as connection:
        place = service.place(house.home, database.log_id(connection))
        return verify(connection, place, own_keys(keys.load(house)))


def soon(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until `condition` holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def sealed(connection: Sql) -> int:
    """How many records stand in the log."""
    row = connection.execute("SELECT count(*) FROM audit.log").fetchone()
    return int(row[0]) if row else 0
