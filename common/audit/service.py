"""The sealer's process: waits to be the only one, then seals, signs and watches until it is told to stop."""

from __future__ import annotations

import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common import database as house_database
from common import keys
from common.audit import database, overdue, watch
from common.audit.database import Sql
from common.audit.metrics import SealerMetrics
from common.audit.place import Folder, Place, PlaceError
from common.audit.sealer import BATCH, Sealer, become_the_only_one
from common.audit.signing import signing_key
from common.settings import Settings

PAUSE_S = 0.5
RETRY_S = 1.0
PARTITIONS_EVERY_S = 3600.0
LATENESS_EVERY_S = 600.0

_log = logging.getLogger(__name__)


def place(home: Path, log: str) -> Folder:
    """Where a log's checkpoints are kept: under $TELLER_AUDIT_CHECKPOINTS, or under audit/ in the home folder."""
    return Folder(Path(os.environ.get("TELLER_AUDIT_CHECKPOINTS") or home / "audit") / log)


def run(settings: Settings, stop: Event, metrics: SealerMetrics) -> None:
    """Seal until `stop` is set; a lost database is waited for.

    Raises SealerError where the log does not continue what was signed, and what loading the keys raises.
    """
    if settings.demo:
        house_database.migrate(settings)
    key = signing_key(keys.load(settings))
    while not stop.is_set():
        try:
            with database.open_connection(settings.database_url, "teller_audit_sealer") as connection:
                _when_alone(connection, place(settings.home, database.log_id(connection)), key, stop, metrics)
        except psycopg.OperationalError as error:
            metrics.failure("database")
            _log.warning("the database is away (%s), trying again", type(error).__name__)
            stop.wait(RETRY_S)


def _when_alone(connection: Sql, where: Place, key: Ed25519PrivateKey, stop: Event, metrics: SealerMetrics) -> None:
    waiting = False
    while not become_the_only_one(connection):
        if not waiting:
            _log.info("another sealer is at work, standing by")
        waiting = True
        if stop.wait(RETRY_S):
            return
    sealer = Sealer(connection, where, key)
    unsigned = sealer.begin()
    _log.info("sealing behind record %d, of which %d were left unsigned", sealer.head.count, unsigned)
    _work(connection, sealer, stop, metrics)


def _work(connection: Sql, sealer: Sealer, stop: Event, metrics: SealerMetrics) -> None:
    made_at, looked_at = time.monotonic(), float("-inf")
    while not stop.is_set():
        kinds = sealer.seal()
        metrics.sealed(kinds, sealer.head.count)
        metrics.waiting(*database.waiting(connection))
        _sign(sealer, metrics)
        more = _watch(connection, metrics)
        if time.monotonic() - made_at > PARTITIONS_EVERY_S:
            sealer.make_partitions()
            made_at = time.monotonic()
        if time.monotonic() - looked_at > LATENESS_EVERY_S:
            _look_for_lateness(connection, metrics)
            looked_at = time.monotonic()
        if kinds.total() < BATCH and not more:
            stop.wait(PAUSE_S)
    sealer.sign()


def _sign(sealer: Sealer, metrics: SealerMetrics) -> None:
    """A full disk must not keep records from being sealed; what is unsigned is signed at the next turn."""
    try:
        sealer.sign_if_due()
    except PlaceError as error:
        metrics.failure("checkpoint")
        _log.error("%s", error)


def _look_for_lateness(connection: Sql, metrics: SealerMetrics) -> None:
    """Like the search for anomalies, its failure must not stop the sealing."""
    try:
        raised = overdue.look(connection)
    except psycopg.OperationalError:
        raise
    except Exception as error:
        metrics.failure("watch")
        _log.error("the look at the backups failed: %s", type(error).__name__)
        return
    if raised:
        metrics.alert(overdue.KIND)
        _log.warning("the last backup is older than %s hours", overdue.MOST_AGE // timedelta(hours=1))


def _watch(connection: Sql, metrics: SealerMetrics) -> bool:
    """One step of the search; its failure must not stop the sealing. Whether there is more to judge."""
    try:
        alerts, more = watch.look(connection)
    except psycopg.OperationalError:
        raise
    except Exception as error:
        metrics.failure("watch")
        _log.error("the search for anomalies failed: %s", type(error).__name__)
        return False
    for alert in alerts:
        metrics.alert(alert.kind)
        _log.warning("anomaly %s in records %d to %d", alert.kind, alert.first, alert.last)
    return more
