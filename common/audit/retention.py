"""The end of records: months that the law no longer asks for, after their last hash was signed."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.audit import checkpoint, database
from common.audit.chain import Head
from common.audit.database import Sql
from common.audit.diagnosis import walk
from common.audit.place import Place
from common.audit.signing import key_id
from common.audit.verify import beginning

LOCK_TIMEOUT = "1s"
"""Readers are waited for no longer than this, because whoever comes after waits behind us; try again later."""


class RetentionError(RuntimeError):
    """Nothing was dropped; the message says why."""


def drop_expired(connection: Sql, place: Place, key: Ed25519PrivateKey) -> int:
    """Drop the months that ended more than seven years ago; how many. Each leaves a record of its own.

    Their chain is checked first and its last hash signed, so that what remains can still be verified. Works
    beside the sealer. Raises RetentionError, CheckpointError, PlaceError, and LockNotAvailable while the log is
    being read.
    """
    log = database.log_id(connection)
    expired = connection.execute("SELECT last_sequence, last_hash, last_sealed_at FROM audit.expired()").fetchall()
    heads = [Head(*found) for found in expired if found[0] is not None]
    if heads:
        trail = checkpoint.read(place.lines(), log, {key_id(key.public_key()): key.public_key()})
        begin = beginning(connection, log, trail)
        with connection.transaction(), database.rows(connection, begin.count + 1, heads[-1].count) as rows:
            way = walk(log, rows, begin, trail.hashes)
        if way.head != heads[-1]:
            raise RetentionError(f"record {way.head.count + 1} does not verify, so nothing is dropped; run `verify`")
        checkpoint.write(place, key, log, "dropped", way.head)
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        signed = heads[-1].count if heads else 0
        return int(database.one(connection, "SELECT audit.drop_expired(%s)", signed)[0])
