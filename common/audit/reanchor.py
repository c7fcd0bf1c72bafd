"""Accepting the log as it stands: after a restore of an older state, or when the checkpoints were lost."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.audit import checkpoint, database, writer
from common.audit.chain import Head
from common.audit.database import Sql
from common.audit.diagnosis import walk
from common.audit.place import Place
from common.audit.record import SYSTEM, AuditRecord
from common.audit.sealer import become_the_only_one
from common.audit.signing import key_id
from common.audit.verify import beginning


class ReanchorError(RuntimeError):
    """The log cannot be accepted; the message says why."""


def reanchor(connection: Sql, place: Place, key: Ed25519PrivateKey) -> Head:
    """Sign the log as it stands, if its chain is whole, and void what was signed beyond; where it stands.

    Leaves a record, and every later verification tells of it. Raises ReanchorError, CheckpointError, PlaceError.
    """
    if not become_the_only_one(connection):
        raise ReanchorError("a sealer is running: stop it first")
    log = database.log_id(connection)
    trail = checkpoint.read(place.lines(), log, {key_id(key.public_key()): key.public_key()})
    with connection.transaction():
        begin = beginning(connection, log, trail)
        with database.rows(connection) as rows:
            way = walk(log, rows, begin, {})
    if way.stray is not None:
        raise ReanchorError(f"record {way.stray.sequence} does not follow the one before it; run `verify`")
    signed = max(trail.hashes, default=0)
    checkpoint.write(place, key, log, "reanchored", way.head)
    details = {"count": way.head.count, "signed_before": signed}
    connection.execute(writer.INSERT, writer.values(AuditRecord("reanchoring", SYSTEM, "done", details=details)))
    return way.head
