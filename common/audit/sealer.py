"""Sealing: records leave the intake, get their place in the chain, and the chain's head gets signed."""

from __future__ import annotations

from collections import Counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common import locks
from common.audit import checkpoint, database
from common.audit.chain import Head, genesis, link
from common.audit.checkpoint import CheckpointError, Trail
from common.audit.database import Sql
from common.audit.diagnosis import walk
from common.audit.pace import Pace
from common.audit.place import Place
from common.audit.signing import key_id

BATCH = 2000
MONTHS_AHEAD = 3
_ADVICE = "run `python -m common.audit verify`, and `reanchor` only after a restore"


class SealerError(RuntimeError):
    """The log does not continue what was signed, so nothing may be added to it; the message says what to do."""


def become_the_only_one(connection: Sql) -> bool:
    """Whether this connection now is the database's only sealer; it is as long as it lives."""
    return bool(database.one(connection, "SELECT pg_try_advisory_lock(%s)", locks.AUDIT_SEALER)[0])


class Sealer:
    """The only writer of the log; its connection must hold the lock. READ COMMITTED, one transaction a batch.

    A head is signed after the commit that reached it, never before: a signature must not outlive its records.
    """

    def __init__(self, connection: Sql, place: Place, key: Ed25519PrivateKey) -> None:
        self._connection = connection
        self._place = place
        self._key = key
        self._log = database.log_id(connection)
        self._head = genesis(self._log)
        self._signed = -1
        self._pace = Pace()

    @property
    def head(self) -> Head:
        return self._head

    def begin(self) -> int:
        """Take up the chain where the last signature left it; how many records a predecessor left unsigned.

        Raises SealerError where the log is not the one that was signed.
        """
        self.make_partitions()
        trail = self._trail()
        if trail.head is None:
            if database.last_row(self._connection, self._log) != self._head:
                raise SealerError(f"the audit log has records but no checkpoint in {self._place}; {_ADVICE}")
            self.sign()
            return 0
        head = trail.head.head
        self._require_signed_row(head, trail)
        with self._connection.transaction():
            with database.rows(self._connection, head.count + 1) as rows:
                way = walk(self._log, rows, head, trail.hashes)
        if way.stray is not None:
            raise SealerError(f"record {way.stray.sequence} of the audit log does not follow; {_ADVICE}")
        self._head, self._signed = way.head, head.count
        self.sign()
        return way.head.count - head.count

    def make_partitions(self) -> None:
        """This month's partition and the next ones, where they are missing."""
        self._connection.execute("SELECT audit.make_partitions(%s)", (MONTHS_AHEAD,))

    def seal(self, limit: int = BATCH) -> Counter[str]:
        """Chain what waits, at most `limit` records; how many of each kind they were.

        Raises SealerError where somebody else has added to the log.
        """
        with self._connection.transaction():
            bodies = database.take(self._connection, limit)
            if not bodies:
                return Counter()
            self._require_own_end()
            sealed_at = database.sealing_time(self._connection, self._head.sealed_at)
            rows = link(self._log, self._head, sealed_at, bodies)
            database.put(self._connection, rows)
        self._head = rows[-1].head
        return Counter(body["kind"] for body in bodies)

    def sign_if_due(self) -> bool:
        """Sign the head when it is new and the pace allows it; raises PlaceError."""
        return self._head.count > self._signed and self._pace.due() and self.sign()

    def sign(self) -> bool:
        """Sign the head now, if it is not signed; raises PlaceError."""
        if self._head.count == self._signed:
            return False
        checkpoint.write(self._place, self._key, self._log, "head", self._head)
        self._signed = self._head.count
        self._pace.spend()
        return True

    def _trail(self) -> Trail:
        """The end of the checkpoints, which says where the chain stood; all of them are the verifier's work."""
        public = self._key.public_key()
        try:
            return checkpoint.read(self._place.tail(), self._log, {key_id(public): public}, from_the_first=False)
        except CheckpointError as error:
            raise SealerError(f"one of the last checkpoints in {self._place} {error.reason}; {_ADVICE}") from error

    def _require_signed_row(self, head: Head, trail: Trail) -> None:
        """The record that was signed last is still there and still the same, unless law let it go."""
        with self._connection.transaction():
            with database.rows(self._connection, head.count, head.count) as rows:
                found = [row.hash for row in rows]
        if found != [head.hash] and (found or not _may_be_empty(head, trail)):
            raise SealerError(f"record {head.count} of the audit log is not the one that was signed; {_ADVICE}")

    def _require_own_end(self) -> None:
        end = database.last_row(self._connection, self._log)
        if (end.count, end.hash) == (self._head.count, self._head.hash):
            return
        if end.count or not _may_be_empty(self._head, self._trail()):
            raise SealerError(f"somebody else changed the audit log behind record {self._head.count}; {_ADVICE}")


def _may_be_empty(head: Head, trail: Trail) -> bool:
    return head.count == 0 or any(dropped.count == head.count for dropped in trail.dropped)
