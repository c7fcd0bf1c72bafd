"""The demo's logins: users of the demo bank and its staff, with passwords of their own in every house."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import Any

import psycopg

from common import database, demo, keys
from common.audit.pseudonym import Pseudonyms
from common.audit.record import SYSTEM, AuditRecord
from common.audit.writer import INSERT, values
from common.settings import Settings
from custom_components.security.identities import hash_password

FILE_NAME = "logins.json"
_WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "hazel",
    "ivory",
    "jetty",
    "kayak",
    "linen",
    "maple",
    "north",
    "ocean",
    "pearl",
)


async def ensure(settings: Settings) -> dict[str, dict[str, str]]:
    """The logins by name (`{"password", "role"}`), made at the first call and kept in `logins.json` (0600).

    The file rules: users that the database does not have are entered with the file's passwords, and users
    without a file get new ones. Does nothing outside the demo.
    """
    return await asyncio.to_thread(_ensure, settings) if settings.demo else {}


def read(settings: Settings) -> dict[str, dict[str, str]]:
    """What `ensure` made."""
    return json.loads((settings.home / FILE_NAME).read_text())


def _ensure(settings: Settings) -> dict[str, dict[str, str]]:
    path = settings.home / FILE_NAME
    with psycopg.connect(database.conninfo(settings, "identity")) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('teller demo logins'))")
        fresh = not path.exists()
        logins = _invent() if fresh else read(settings)
        pseudonyms = Pseudonyms(keys.load(settings))
        for login, entry in logins.items():
            if _enter(connection, login, entry, overwrite=fresh):
                told = {"action": "user_added", "target": pseudonyms.of("login", login)}
                connection.execute(INSERT, values(AuditRecord("admin_action", SYSTEM, "done", details=told)))
        if fresh:
            _write(path, logins)
    return logins


def _invent() -> dict[str, dict[str, str]]:
    customers = {login: {"password": _password(), "role": "customer"} for login in demo.CUSTOMERS}
    return customers | {name: {"password": _password(), "role": name} for name in demo.STAFF}


def _enter(connection: psycopg.Connection[Any], login: str, entry: dict[str, str], *, overwrite: bool) -> bool:
    """Whether the login is new, or was given its password anew."""
    customer_id = demo.CUSTOMERS.get(login)
    known = connection.execute("SELECT 1 FROM users WHERE login = %s", (login,)).fetchone()
    erased = connection.execute("SELECT 1 FROM keys.erased WHERE owner = %s", (f"customer:{customer_id}",)).fetchone()
    if erased or (known and not overwrite):
        return False
    connection.execute(
        "INSERT INTO users (login, password_hash, role, customer_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (login) DO UPDATE SET password_hash = excluded.password_hash",
        (login, hash_password(entry["password"]), entry["role"], customer_id),
    )
    return True


def _write(path: Path, logins: dict[str, dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(logins, file, indent=2)
        file.write("\n")
    draft.replace(path)


def _password() -> str:
    return "-".join(secrets.choice(_WORDS) for _ in range(3)) + f"-{secrets.randbelow(9000) + 1000}"
