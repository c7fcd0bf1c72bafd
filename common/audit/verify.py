"""Checking the log from its first record to its last, against itself and against the signed checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import IsolationLevel

from common.audit import checkpoint, database
from common.audit.chain import Head, genesis
from common.audit.checkpoint import CheckpointError, Trail
from common.audit.database import Sql
from common.audit.diagnosis import WINDOW, Walk, diagnose, walk
from common.audit.place import Place
from common.audit.signing import PublicKeys

UNSIGNED_SECONDS = 60
"""A sealer signs within a second; what has no signature after a minute is forged, or its sealer stands still."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that is wrong.

    `fault`: changed | removed | inserted | reordered | rewritten | cut_off | unsigned (then `sequence` is the
    first bad record) | forged_checkpoint | no_checkpoint (then it is None).
    """

    fault: str
    sequence: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked: the records after `dropped` up to `last`, of which those up to `signed` are signed for.

    `head` is the hash of the last one.

    `waiting` records were not sealed yet, the oldest for `waiting_seconds`; `reanchored` lists the times at which
    the log was accepted as it stood.
    """

    dropped: int
    last: int
    head: bytes
    signed: int
    checkpoints: int
    waiting: int
    waiting_seconds: float
    reanchored: tuple[str, ...]
    problem: Problem | None

    @property
    def sound(self) -> bool:
        return self.problem is None


def verify(connection: Sql, place: Place, keys: PublicKeys) -> Report:
    """Check everything, on one snapshot, while sealing goes on; raises PlaceError where checkpoints cannot be read."""
    log = database.log_id(connection)
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        # The lock keeps months from being dropped; it comes before the checkpoints are read, and they before the
        # snapshot, so that every record they speak of is in it.
        connection.execute("LOCK TABLE audit.log IN ACCESS SHARE MODE")
        try:
            trail, problem = checkpoint.read(place.lines(), log, keys), None
        except CheckpointError as error:
            trail, problem = error.before, Problem("forged_checkpoint", None, f"{error}, in {place}")
        begin = beginning(connection, log, trail)
        with database.rows(connection) as rows:
            way = walk(log, rows, begin, trail.hashes)
        found = _fault(connection, log, way, trail)
        if problem is None:
            problem = found or _tail(connection, way, trail) or _absent(place, trail)
        number, seconds = database.waiting(connection)
    return Report(
        dropped=begin.count,
        last=way.head.count,
        head=way.head.hash,
        signed=way.signed,
        checkpoints=trail.number,
        waiting=number,
        waiting_seconds=seconds,
        reanchored=tuple(accepted.time for accepted in trail.reanchored),
        problem=problem,
    )


def beginning(connection: Sql, log: str, trail: Trail) -> Head:
    """The head that the first record must follow: the latest drop before it, or nothing at all."""
    first = database.one(connection, "SELECT coalesce(min(sequence), %s) FROM audit.log", database.LAST)[0]
    drops = [dropped.head for dropped in trail.dropped if dropped.count < first]
    return max(drops, key=lambda head: head.count, default=genesis(log))


def _fault(connection: Sql, log: str, way: Walk, trail: Trail) -> Problem | None:
    """A row that does not follow, or one that follows but was not what was signed."""
    if way.stray is not None:
        first, last = way.head.count - WINDOW, way.head.count + WINDOW
        with database.rows(connection, first, last) as rows:
            change, sequence = diagnose(log, way.head, way.stray, list(rows), trail.hashes)
        return Problem(change, sequence, f"record {sequence} was {change}")
    if way.contradicted is not None:
        sequence = way.signed + 1
        told = f"the log was rewritten from record {sequence} on, or from one up to {way.contradicted}"
        return Problem("rewritten", sequence, f"{told}: its hash is not the one that was signed")
    return None


def _tail(connection: Sql, way: Walk, trail: Trail) -> Problem | None:
    """Signed records that are gone, or records that nobody has signed."""
    signed = max(trail.hashes, default=0)
    if way.head.count < signed:
        sequence = way.head.count + 1
        return Problem("cut_off", sequence, f"record {sequence} and what followed are gone: {signed} were signed")
    query = (
        "SELECT min(sequence) FROM audit.log"
        " WHERE sequence > %s AND sealed_at < clock_timestamp() - make_interval(secs => %s)"
    )
    sequence = database.one(connection, query, signed, UNSIGNED_SECONDS)[0]
    if trail.number and sequence is not None:
        told = f"no checkpoint covers record {sequence} and what follows"
        return Problem("unsigned", sequence, f"{told}: they were added by a stranger, or the sealer stands still")
    return None


def _absent(place: Place, trail: Trail) -> Problem | None:
    if trail.number:
        return None
    return Problem("no_checkpoint", None, f"there is no signed checkpoint in {place}: has the sealer ever run here?")
