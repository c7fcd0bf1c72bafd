"""Backups: `python -m deploy.backup make|verify FILE|restore FILE [--into URL]`.

A backup is what `pg_dump` writes, sealed before it touches the disk, without the rows of the schema `keys`. Customers'
wrapped keys and the list of erasures lie beside the backups in one file, `keys.current`, which every backup and every
restore replaces: no older copy of a key is kept anywhere, so a destroyed one is gone.

A restore makes a new database and never touches the one in use. It takes the keys from the database in use, or from
`keys.current` where that is lost, applies the list of erasures, and only then names the database to open.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from common import embedded, keys, schedules, sealed_stream
from common import settings as house
from common.audit.record import SYSTEM, AuditRecord, Value
from common.audit.writer import note
from common.keys import Keyring
from common.sealed_stream import SealedStreamError
from common.settings import Settings
from deploy import dump

KEYS_FILE = "keys.current"
_KEY_TABLES = ("data_keys", "erased")
_WITHOUT_KEYS = [f"--exclude-table-data=keys.{table}" for table in _KEY_TABLES]
_ONLY_KEYS = ["--data-only", *(f"--table=keys.{table}" for table in _KEY_TABLES)]
_EXPECTED = (
    dump.DumpError,
    SealedStreamError,
    house.SettingsError,
    keys.KeyringError,
    embedded.EmbeddedServerError,
    OSError,
)


class BackupError(RuntimeError):
    """A backup cannot be made, or does not restore to what it was made of."""


def folder_of(settings: Settings) -> Path:
    """Where backups go: $TELLER_BACKUP_FOLDER, or backups/ in the home folder."""
    return Path(os.environ.get("TELLER_BACKUP_FOLDER") or settings.home / "backups")


def make(settings: Settings, folder: Path) -> Path:
    """A new backup in `folder`, and the keys beside it; the backup's path."""
    keyring = keys.load(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"teller-{datetime.now(timezone.utc):%Y%m%dT%H%M%S%fZ}.backup"
    with psycopg.connect(settings.database_url) as connection:
        # Counts and dump see the same moment.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        moment = _value(connection, "SELECT pg_export_snapshot()")
        head = json.dumps({"roles": _roles(connection), "counts": _counts(connection)}).encode()
        pieces = dump.dump(settings.database_url, [f"--snapshot={moment}", *_WITHOUT_KEYS])
        _write(keyring, itertools.chain([len(head).to_bytes(4, "big") + head], pieces), path)
    keep_keys(settings, folder)
    _tell(settings, "backup_made", sum(json.loads(head)["counts"].values()))
    return path


def keep_keys(settings: Settings, folder: Path) -> None:
    """Replace the one copy of the customers' wrapped keys and of the list of erasures."""
    _write(keys.load(settings), dump.dump(settings.database_url, _ONLY_KEYS), folder / KEYS_FILE)


def restore(settings: Settings, backup: Path, target: str) -> int:
    """Restore into the empty database at `target`, and forget there whom the list names; how many were on it.

    Raises BackupError when the target is not empty, or does not hold afterwards what the backup was made of.
    """
    keyring = keys.load(settings)
    with psycopg.connect(target) as connection:
        if _value(connection, "SELECT to_regnamespace('bank') IS NOT NULL"):
            raise BackupError("the database to restore into is not empty; name a new one")
    with backup.open("rb") as file:
        head, pieces = _head(sealed_stream.unseal(keyring, file))
        with psycopg.connect(target) as connection:
            _make_roles(connection, head["roles"])
        dump.restore(target, pieces)
    with psycopg.connect(target) as connection:
        differing = {table for table, count in _counts(connection).items() if head["counts"].get(table) != count}
        if differing or set(head["counts"]) - set(_counts(connection)):
            raise BackupError(f"the restored database differs from its backup in {', '.join(sorted(differing))}")
    _bring_keys(settings, keyring, backup.parent / KEYS_FILE, target)
    with psycopg.connect(target) as connection:
        return int(_value(connection, "SELECT keys.apply_erasures()"))


def tell_of_restore(settings: Settings, target: str, erased: int) -> None:
    """A record in the restored database, and in the one in use where it still answers: a copy of it was made."""
    _tell(dataclasses.replace(settings, database_url=target), "backup_restored", erased)
    with contextlib.suppress(psycopg.OperationalError):
        _tell(settings, "backup_restored", erased)


def verify(settings: Settings, backup: Path) -> int:
    """Restore into a server of its own that disappears again; how many erasures were applied."""
    with tempfile.TemporaryDirectory(prefix="teller-verify-") as folder:
        Path(folder).chmod(0o755)  # the embedded server may run as a user of its own
        scratch = embedded.start(Path(folder), redis=False)
        try:
            return restore(settings, backup, scratch.database_url)
        finally:
            embedded.stop(Path(folder))


def new_database(url: str) -> str:
    """The URL of a new, empty database on the server at `url`."""
    name = f"teller_{datetime.now(timezone.utc):%Y%m%d_%H%M%S}_{secrets.token_hex(3)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _tell(settings: Settings, action: str, items: int) -> None:
    details: dict[str, Value] = {"action": action, "items": items}
    note(settings, AuditRecord("admin_action", SYSTEM, "done", channel="command", details=details))


def _write(keyring: Keyring, pieces: Iterable[bytes], path: Path) -> None:
    """Sealed, on the disk, and only then under its name; nothing is left of one that fails."""
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            sealed_stream.seal(keyring, pieces, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _head(pieces: Iterator[bytes]) -> tuple[dict[str, Any], Iterator[bytes]]:
    first = next(pieces)
    length = int.from_bytes(first[:4], "big")
    while len(first) < 4 + length:
        first += next(pieces, b"") or _cut_off()
    return json.loads(first[4 : 4 + length]), itertools.chain([first[4 + length :]], pieces)


def _cut_off() -> bytes:
    raise SealedStreamError("the backup is cut off")


def _roles(connection: psycopg.Connection[Any]) -> list[list[str]]:
    """Teller's roles, each with those it is a member of."""
    query = """
        SELECT r.rolname, coalesce(array_agg(g.rolname::text) FILTER (WHERE g.rolname LIKE 'teller%'), '{}')
        FROM pg_roles r LEFT JOIN pg_auth_members m ON m.member = r.oid LEFT JOIN pg_roles g ON g.oid = m.roleid
        WHERE r.rolname LIKE 'teller\\_%' AND NOT r.rolcanlogin GROUP BY r.rolname ORDER BY r.rolname
    """
    return [[name, *groups] for name, groups in connection.execute(query).fetchall()]


def _make_roles(connection: psycopg.Connection[Any], roles: list[list[str]]) -> None:
    own = _value(connection, "SELECT CASE WHEN rolsuper THEN NULL ELSE rolname END FROM pg_roles"
                             " WHERE rolname = current_user")  # fmt: skip
    for name, *_ in roles:
        if not _value(connection, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", name):
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        if own:
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(name), sql.Identifier(own)))
    for name, *groups in roles:
        for group in groups:
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(name)))


def _counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows by table, but for the keys."""
    tables = connection.execute(
        "SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind = 'r' AND nspname !~ '^(pg_|information_schema$|keys$)' ORDER BY 1, 2"
    ).fetchall()
    return {
        f"{schema}.{table}": int(
            _value(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table)))
        )
        for schema, table in tables
    }


def _bring_keys(settings: Settings, keyring: Keyring, kept: Path, target: str) -> None:
    """The newest keys there are: those of the database in use, or the one copy beside the backups."""
    try:
        pieces: Iterable[bytes] = list(dump.dump(settings.database_url, _ONLY_KEYS))
    except dump.DumpError:
        if not kept.exists():
            raise BackupError(f"neither the database in use nor {kept.name} has the customers' keys") from None
        with kept.open("rb") as file:
            pieces = list(sealed_stream.unseal(keyring, file))
    dump.restore(target, pieces, ["--data-only"])


def _value(connection: psycopg.Connection[Any], query: Any, *values: Any) -> Any:
    row = connection.execute(query, values or None).fetchone()
    return row[0] if row else None


def main() -> int:
    """One command; expected failures are one line on standard error and exit status 1."""
    arguments = _parser().parse_args()
    try:
        with _house() as settings:
            return _run(settings, arguments)
    except psycopg.Error as error:
        print(f"error: the database refuses ({type(error).__name__})", file=sys.stderr)
    except (BackupError, *_EXPECTED) as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.command == "make":
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            with schedules.tried(connection, schedules.BACKUP):  # one by hand counts like one of the schedule
                path = make(settings, arguments.folder or folder_of(settings))
                erased = verify(settings, path)
        print(f"{path}\nrestored into a scratch server and complete; {erased} erasures applied there")
    elif arguments.command == "verify":
        print(f"complete; {verify(settings, arguments.file)} erasures applied in the scratch server")
    else:
        target = arguments.into or new_database(settings.database_url)
        erased = restore(settings, arguments.file, target)
        tell_of_restore(settings, target, erased)
        print(f"restored, {erased} erasures applied. Open it with:")
        print(f"DATABASE_URL={target}")
    return 0


@contextmanager
def _house() -> Iterator[Settings]:
    settings = house.load()
    try:
        yield settings
    finally:
        embedded.stop(settings.home)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.backup", description="Backups of the house's database.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make").add_argument("--folder", type=Path)
    commands.add_parser("verify").add_argument("file", type=Path)
    restoring = commands.add_parser("restore")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--into", metavar="URL", help="an empty database; a new one by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
