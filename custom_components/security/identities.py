"""Users, refresh tokens, machines and revocations, in the schema `identity`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from common.audit.record import AuditRecord
from common.audit.writer import append
from custom_components.security.audit import DoorAudit
from custom_components.security.errors import InvalidRequest, Unauthenticated
from custom_components.security.tokens import Principal

REFRESH_DAYS = 30
API_KEY_PREFIX = "tlr"
MACHINE_SUBJECT = "machine:"
_HASHER = PasswordHasher()


@dataclass(frozen=True)
class User:
    """A person who can log in; `customer_id` is set for customers and for nobody else."""

    user_id: str
    role: str
    customer_id: str | None

    @property
    def principal(self) -> Principal:
        return Principal(self.user_id, self.role, self.customer_id)


class Identities:
    """Who may come in. Secrets are stored as hashes only: argon2id for passwords, SHA-256 for random ones."""

    def __init__(self, pool: AsyncConnectionPool[Any], audit: DoorAudit) -> None:
        self._pool = pool
        self._audit = audit

    async def check_password(self, login: str, password: str) -> User:
        """The user with this login and password; an unknown login takes as long to refuse as a known one."""
        row = await self._one("SELECT * FROM users WHERE login = %s AND NOT disabled", login)
        known = row["password_hash"] if row else await asyncio.to_thread(_decoy)
        matches = await asyncio.to_thread(_matches, known, password)
        if row is None or not matches:
            raise InvalidRequest("invalid_grant", "The user name or the password is wrong.")
        return _user(row)

    async def issue_refresh(self, user: User, address: str) -> str:
        """The refresh token of a login."""
        async with self._pool.connection() as connection:
            token = await _add_refresh(connection, user, uuid.uuid4())
            await append(connection, self._audit.logged_in(user.principal, "password", address))
        return token

    async def rotate(self, token: str, address: str) -> tuple[User, str]:
        """The user and the successor of a refresh token; one used twice was copied, and ends its whole family."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "UPDATE refresh_tokens t SET used_at = now() FROM users u WHERE t.token_hash = %s AND t.used_at IS NULL"
                " AND t.revoked_at IS NULL AND t.expires_at > now() AND u.user_id = t.user_id AND NOT u.disabled"
                " RETURNING t.family, u.*",
                (_digest(token),),
            )
            row = await cursor.fetchone()
            if row is not None:
                user = _user(row)
                await append(connection, self._audit.logged_in(user.principal, "refresh_token", address))
                return user, await _add_refresh(connection, user, row["family"])
            await self._end_family(connection, token)
        raise InvalidRequest("invalid_grant", "The refresh token is used, revoked, expired or unknown.")

    async def note(self, record: AuditRecord) -> None:
        """Tell the audit what changes nothing here."""
        async with self._pool.connection() as connection:
            await append(connection, record)

    async def refresh_owner(self, token: str) -> str | None:
        """The subject that a refresh token belongs to, if it is known."""
        row = await self._one("SELECT user_id FROM refresh_tokens WHERE token_hash = %s", _digest(token))
        return str(row["user_id"]) if row else None

    async def revoke_refresh(self, token: str, principal: Principal) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE refresh_tokens SET revoked_at = now() WHERE token_hash = %s", (_digest(token),)
            )
            await append(connection, self._audit.ended(principal, "refresh_token"))

    async def revoke_access(self, principal: Principal) -> None:
        """End one access token; its id is kept until it would have expired anyway."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO revoked_tokens (jti, expires_at) VALUES (%s, to_timestamp(%s)) ON CONFLICT DO NOTHING",
                (principal.token_id, principal.expires_at),
            )
            await append(connection, self._audit.ended(principal))

    async def require_alive(self, principal: Principal) -> None:
        """Raise Unauthenticated when the token was revoked or its user or machine is no more."""
        row = await self._one(
            "SELECT EXISTS (SELECT FROM revoked_tokens WHERE jti = %(jti)s) AS revoked,"
            " EXISTS (SELECT FROM users WHERE user_id::text = %(subject)s AND NOT disabled"
            "         AND role = %(role)s AND customer_id IS NOT DISTINCT FROM %(customer)s::uuid) AS person,"
            " EXISTS (SELECT FROM machines WHERE %(prefix)s || machine_id = %(subject)s"
            "         AND revoked_at IS NULL) AS machine",
            {
                "jti": principal.token_id,
                "subject": principal.subject,
                "role": principal.role,
                "customer": principal.customer_id,
                "prefix": MACHINE_SUBJECT,
            },
        )
        known = row and {"guest": True, "service": row["machine"]}.get(principal.role, row["person"])
        if not row or row["revoked"] or not known:
            raise Unauthenticated("token_revoked", "The access token has been revoked.")

    async def add_machine(self, name: str) -> tuple[str, str]:
        """A new machine: its id and its secret, which is shown this once."""
        machine_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO machines (machine_id, name, secret_hash) VALUES (%s, %s, %s)",
                (machine_id, name, _digest(secret)),
            )
            subject = f"{MACHINE_SUBJECT}{machine_id}"
            await append(connection, self._audit.administered("machine_added", "machine", subject))
        return machine_id, secret

    async def check_machine(self, machine_id: str, secret: str) -> Principal:
        """The machine with this id and secret; raises Unauthenticated."""
        row = await self._one("SELECT * FROM machines WHERE machine_id = %s AND revoked_at IS NULL", machine_id)
        if row is None or not hmac.compare_digest(row["secret_hash"], _digest(secret)):
            raise Unauthenticated("invalid_client", "The client is unknown or its secret is wrong.")
        return Principal(f"{MACHINE_SUBJECT}{machine_id}", "service")

    async def check_api_key(self, key: str) -> Principal:
        """The machine behind an `X-API-Key: tlr_<id>_<secret>`; raises Unauthenticated."""
        prefix, _, rest = key.partition("_")
        machine_id, _, secret = rest.partition("_")
        if prefix != API_KEY_PREFIX or not secret or not key.isascii() or "\0" in key:
            raise Unauthenticated("invalid_client", "The API key is not valid.")
        return await self.check_machine(machine_id, secret)

    async def about(self, user_id: str) -> dict[str, Any]:
        """What is held of a login: its name, role and age."""
        row = await self._one("SELECT login, role, created_at FROM users WHERE user_id::text = %s", user_id)
        return {key: str(value) for key, value in row.items()} if row else {}

    async def forget_customer(self, customer_id: str) -> None:
        """End the customer's login with all its tokens, sessions and answers, for good."""
        await self._run("SELECT forget_customer(%s)", customer_id)

    async def forget_expired(self) -> None:
        """Drop revocations and refresh tokens that time has ended."""
        await self._run("DELETE FROM revoked_tokens WHERE expires_at < now()")
        await self._run("DELETE FROM refresh_tokens WHERE expires_at < now()")

    async def _end_family(self, connection: AsyncConnection[Any], token: str) -> None:
        cursor = await connection.execute(
            "WITH ended AS (UPDATE refresh_tokens SET revoked_at = now() WHERE revoked_at IS NULL AND family IN"
            " (SELECT family FROM refresh_tokens WHERE token_hash = %s AND used_at IS NOT NULL) RETURNING user_id)"
            " SELECT * FROM users WHERE user_id IN (SELECT user_id FROM ended)",
            (_digest(token),),
        )
        for row in await cursor.fetchall():
            await append(connection, self._audit.ended(_user(row).principal, "refresh_token", "replayed"))

    async def _one(self, query: str, *values: Any) -> dict[str, Any] | None:
        parameters = values[0] if len(values) == 1 and isinstance(values[0], dict) else values
        async with self._pool.connection() as connection:
            return await (await connection.execute(query, parameters)).fetchone()

    async def _run(self, query: str, *values: Any) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(query, values)


def hash_password(password: str) -> str:
    """An argon2id hash with the library's current parameters."""
    return _HASHER.hash(password)


async def _add_refresh(connection: AsyncConnection[Any], user: User, family: uuid.UUID) -> str:
    """A fresh refresh token; those that follow from one login share a family."""
    token = secrets.token_urlsafe(32)
    await connection.execute(
        "INSERT INTO refresh_tokens (token_hash, family, user_id, expires_at)"
        " VALUES (%s, %s, %s, now() + make_interval(days => %s))",
        (_digest(token), family, user.user_id, REFRESH_DAYS),
    )
    return token


def _user(row: dict[str, Any]) -> User:
    return User(str(row["user_id"]), row["role"], str(row["customer_id"]) if row["customer_id"] else None)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _matches(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _decoy() -> str:
    return hash_password(secrets.token_hex())
