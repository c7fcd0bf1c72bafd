"""`python -m common.audit seal|verify|public-key|pseudonym|retain|reanchor`.

seal        chain, sign and watch until stopped; one a database, others stand by
verify      check the log and its checkpoints; 0 when all is well, 1 with the first bad record
public-key  the key that an auditor needs to verify without any secret
pseudonym   under which name somebody's records stand
retain      drop the months that ended more than seven years ago
reanchor    accept the log as it stands, after a restore of an older state
"""

from __future__ import annotations

import argparse
import logging.config
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import get_args

import psycopg
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common import embedded, keys
from common import settings as house
from common.audit import database, service, signing
from common.audit.checkpoint import CheckpointError
from common.audit.metrics import SealerMetrics
from common.audit.place import Folder, Place, PlaceError
from common.audit.pseudonym import Pseudonyms, Sort
from common.audit.reanchor import ReanchorError, reanchor
from common.audit.retention import RetentionError, drop_expired
from common.audit.sealer import SealerError
from common.audit.verify import Report, verify
from common.log import catch_uncaught

_EXPECTED = (
    SealerError,
    RetentionError,
    ReanchorError,
    CheckpointError,
    PlaceError,
    signing.PublicKeyError,
    house.SettingsError,
    embedded.EmbeddedServerError,
    keys.KeyringError,
    OSError,
)


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    arguments = _parser().parse_args()
    try:
        return arguments.run(arguments)
    except psycopg.errors.LockNotAvailable:
        print("error: the log is being read; try again later", file=sys.stderr)
    except psycopg.Error as error:
        print(f"error: the database refuses ({type(error).__name__} {error.sqlstate or ''})", file=sys.stderr)
    except _EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m common.audit", description="The audit log.")
    commands = parser.add_subparsers(required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        return command

    sealing = add("seal", _seal, "chain, sign and watch until stopped")
    sealing.add_argument("--metrics-port", type=int, help="serve Prometheus metrics on this port of 127.0.0.1")
    sealing.add_argument("--logging-config-file", type=Path, metavar="YAML", help="how to log, instead of plain lines")
    checking = add("verify", _verify, "check the log and its checkpoints")
    checking.add_argument(
        "--public-key",
        type=Path,
        action="append",
        metavar="PEM",
        help="trust this key instead of our own; then DATABASE_URL must be set and no secret is needed",
    )
    checking.add_argument(
        "--checkpoints", type=lambda text: Folder(Path(text)), metavar="FOLDER", help="a copy of the checkpoints"
    )
    add("public-key", _public_key, "print the key that checkpoints are verified with")
    naming = add("pseudonym", _pseudonym, "print the name under which somebody's records stand")
    naming.add_argument("sort", choices=get_args(Sort))
    naming.add_argument("identifier", help="a customer's id, a login, a card's id, …")
    add("retain", _retain, "drop the months that ended more than seven years ago")
    add("reanchor", _reanchor, "accept the log as it stands, after a restore")
    return parser


def _seal(arguments: argparse.Namespace) -> int:
    logging.getLogger().setLevel(logging.INFO)
    if arguments.logging_config_file:
        logging.config.dictConfig(yaml.safe_load(arguments.logging_config_file.read_text(encoding="utf-8")))
        catch_uncaught()
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    metrics = SealerMetrics()
    if arguments.metrics_port:
        from prometheus_client import start_http_server

        start_http_server(arguments.metrics_port, addr="127.0.0.1", registry=metrics.registry)
    service.run(house.load(), stop, metrics)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    if arguments.public_key:
        trusted = signing.trusted_keys(path.read_bytes() for path in arguments.public_key)
        home, database_url = house.home(), os.environ.get("DATABASE_URL")
        if not database_url:
            raise house.SettingsError("verify --public-key needs DATABASE_URL: set it in the environment")
    else:
        settings = house.load()
        trusted = signing.own_keys(keys.load(settings))
        home, database_url = settings.home, settings.database_url
    with database.open_connection(database_url, "teller_audit") as connection:
        place = arguments.checkpoints or service.place(home, database.log_id(connection))
        report = verify(connection, place, trusted)
    _tell(report)
    return 0 if report.sound else 1


def _tell(report: Report) -> None:
    for time in report.reanchored:
        print(f"note: the log was accepted as it stood at {time}, after a restore or a loss of checkpoints")
    if report.waiting and report.waiting_seconds > 60:
        print(
            f"note: {report.waiting} records wait to be sealed since {report.waiting_seconds:.0f} s: is the sealer on?"
        )
    if report.problem is not None:
        print(f"NOT SOUND ({report.problem.fault}): {report.problem.message}")
        return
    first = report.dropped + 1
    records = f"records {first} to {report.last}" if report.last >= first else "no records"
    signed = f"signed up to {report.signed} by {report.checkpoints} checkpoints"
    print(f"sound: {records}, {signed}; head {report.head.hex()}")


def _public_key(_: argparse.Namespace) -> int:
    print(signing.public_pem(signing.signing_key(keys.load(house.load())).public_key()), end="")
    return 0


def _pseudonym(arguments: argparse.Namespace) -> int:
    print(Pseudonyms(keys.load(house.load())).of(arguments.sort, arguments.identifier))
    return 0


def _retain(_: argparse.Namespace) -> int:
    with _workplace() as (connection, place, key):
        print(f"{drop_expired(connection, place, key)} months dropped")
    return 0


def _reanchor(_: argparse.Namespace) -> int:
    with _workplace() as (connection, place, key):
        print(f"accepted with {reanchor(connection, place, key).count} records")
    return 0


@contextmanager
def _workplace() -> Iterator[tuple[database.Sql, Place, Ed25519PrivateKey]]:
    """What it takes to write: a sealer's connection, the place of the checkpoints, the key."""
    settings = house.load()
    key = signing.signing_key(keys.load(settings))
    with database.open_connection(settings.database_url, "teller_audit_sealer") as connection:
        yield connection, service.place(settings.home, database.log_id(connection)), key


if __name__ == "__main__":
    sys.exit(main())
