"""What customers agreed to at the bank: each consent with its secrets and tokens, sealed by their own keys."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from actions.bank.core.errors import Purpose
from actions.bank.open_banking.oauth import Secrets, Tokens
from actions.bank.repository import audit
from actions.bank.repository.unit import Connection, Row, row, rows
from actions.bank.use_cases.base import Service

DESTROYED = b"\0"
"""In place of secrets that were destroyed."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A consent of one customer; `tokens` once they have authorised it."""

    customer_id: str
    consent_id: str
    purpose: Purpose
    tokens: Tokens | None


@dataclass(frozen=True, slots=True)
class ConsentStore(Service):
    async def begin(
        self, customer_id: str, consent_id: str, purpose: Purpose, binding: Secrets, expires_at: datetime
    ) -> None:
        """Keep an authorisation that is under way; an earlier one of the same consent does not count any more.

        A consent that is authorised already stays as it is. Raises NotFound for a customer who was erased.
        """
        secrets: dict[str, str | None] = {"nonce": binding.nonce, "verifier": binding.verifier}
        async with self.pool.connection() as connection:
            sealed = await self._seal(connection, customer_id, consent_id, secrets)
            await connection.execute(
                "INSERT INTO open_banking_consents"
                " (customer_id, consent_id, purpose, state_hash, sealed, expires_at, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (customer_id, consent_id) DO UPDATE SET"
                " state_hash = EXCLUDED.state_hash, sealed = EXCLUDED.sealed, expires_at = EXCLUDED.expires_at"
                " WHERE NOT open_banking_consents.authorised AND open_banking_consents.withdrawn_at IS NULL",
                (customer_id, consent_id, purpose, _hash(binding.state), sealed, expires_at, self.clock()),
            )

    async def take(self, customer_id: str, state: str) -> tuple[Agreement, Secrets] | None:
        """The authorisation under way with this state, once: it is gone afterwards. None for any other."""
        sql = """
            UPDATE open_banking_consents SET state_hash = NULL
            WHERE customer_id = %s AND state_hash = %s AND NOT authorised AND expires_at > %s RETURNING *
        """
        async with self.pool.connection() as connection:
            found = await row(connection, sql, customer_id, _hash(state), self.clock())
            return None if found is None else await self._under_way(connection, found, state)

    async def under_way(self, state: str) -> tuple[Agreement, Secrets] | None:
        """The authorisation under way with this state, whosever it is; it stays under way."""
        sql = "SELECT * FROM open_banking_consents WHERE state_hash = %s AND NOT authorised AND expires_at > %s"
        async with self.pool.connection() as connection:
            found = await row(connection, sql, _hash(state), self.clock())
            return None if found is None else await self._under_way(connection, found, state)

    async def keep(self, agreement: Agreement, tokens: Tokens) -> None:
        """Store the tokens of an authorised consent."""
        async with self.pool.connection() as connection:
            await self._keep(connection, agreement, tokens)
            if agreement.purpose == "accounts":
                await audit.tell(connection, "instruction", agreement.customer_id, {"operation": "account_linked"})

    async def find(self, customer_id: str, consent_id: str) -> Agreement | None:
        async with self.pool.connection() as connection:
            sql = "SELECT * FROM open_banking_consents WHERE customer_id = %s AND consent_id = %s"
            found = await row(connection, sql, customer_id, consent_id)
            return None if found is None else await self._agreement(connection, found)

    async def access(self, customer_id: str) -> Agreement | None:
        """The customer's newest authorised consent to reading their accounts."""
        async with self.pool.connection() as connection:
            found = await row(
                connection,
                "SELECT * FROM open_banking_consents WHERE customer_id = %s AND purpose = 'accounts' AND authorised"
                " ORDER BY created_at DESC LIMIT 1",
                customer_id,
            )
            return None if found is None else await self._agreement(connection, found)

    async def renew(
        self, agreement: Agreement, stale: str, refresh: Callable[[Agreement, Tokens], Awaitable[Tokens]]
    ) -> Tokens | None:
        """The tokens that follow those with the access token `stale`; None where the consent is gone.

        The row stays locked meanwhile: a refresh token may be used only once, and whoever comes second finds
        the new tokens.
        """
        async with self.pool.connection() as connection:
            sql = "SELECT * FROM open_banking_consents WHERE customer_id = %s AND consent_id = %s FOR UPDATE"
            found = await row(connection, sql, agreement.customer_id, agreement.consent_id)
            held = None if found is None else (await self._agreement(connection, found)).tokens
            if held is None or held.access != stale:
                return held
            fresh = await refresh(agreement, held)
            await self._keep(connection, agreement, fresh)
            return fresh

    async def forget(self, customer_id: str, consent_id: str) -> None:
        sql = "DELETE FROM open_banking_consents WHERE customer_id = %s AND consent_id = %s"
        async with self.pool.connection() as connection:
            await connection.execute(sql, (customer_id, consent_id))

    async def withdraw(self, customer_id: str) -> list[str]:
        """Destroy the tokens of every consent to read; the consents whose end the bank has not been told of yet."""
        async with self.pool.connection() as connection:
            held = await rows(
                connection,
                "SELECT consent_id, authorised FROM open_banking_consents"
                " WHERE customer_id = %s AND purpose = 'accounts' ORDER BY created_at FOR UPDATE",
                customer_id,
            )
            await connection.execute(
                "UPDATE open_banking_consents SET authorised = false, state_hash = NULL, sealed = %s,"
                " withdrawn_at = coalesce(withdrawn_at, %s) WHERE customer_id = %s AND consent_id = ANY(%s)",
                (DESTROYED, self.clock(), customer_id, [found["consent_id"] for found in held]),
            )
            if any(found["authorised"] for found in held):
                await audit.tell(connection, "instruction", customer_id, {"operation": "account_unlinked"})
        return [found["consent_id"] for found in held]

    async def _keep(self, connection: Connection, agreement: Agreement, tokens: Tokens) -> None:
        secrets: dict[str, str | None] = {"access": tokens.access, "refresh": tokens.refresh}
        sealed = await self._seal(connection, agreement.customer_id, agreement.consent_id, secrets)
        await connection.execute(
            "UPDATE open_banking_consents SET authorised = true, state_hash = NULL, sealed = %s, expires_at = %s"
            " WHERE customer_id = %s AND consent_id = %s AND withdrawn_at IS NULL",
            (sealed, tokens.expires_at, agreement.customer_id, agreement.consent_id),
        )

    async def _agreement(self, connection: Connection, found: Row) -> Agreement:
        tokens = None
        if found["authorised"]:
            opened = await self._open(connection, found)
            tokens = Tokens(opened["access"], found["expires_at"], opened["refresh"])
        return Agreement(str(found["customer_id"]), found["consent_id"], found["purpose"], tokens)

    async def _under_way(self, connection: Connection, found: Row, state: str) -> tuple[Agreement, Secrets]:
        opened = await self._open(connection, found)
        agreement = Agreement(str(found["customer_id"]), found["consent_id"], found["purpose"], None)
        return agreement, Secrets(state, opened["nonce"], opened["verifier"])

    async def _seal(
        self, connection: Connection, customer_id: str, consent_id: str, fields: dict[str, str | None]
    ) -> bytes:
        own = await self.sealer.of(connection, customer_id)
        return own.seal(fields, place(customer_id, consent_id))

    async def _open(self, connection: Connection, found: Row) -> dict[str, str]:
        own = await self.sealer.of(connection, found["customer_id"])
        return own.open(found["sealed"], place(found["customer_id"], found["consent_id"]))


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode(errors="replace")).digest()


def place(customer_id: object, consent_id: str) -> str:
    """Where the seal of a consent says it is."""
    return f"open_banking_consents.sealed:{customer_id}:{consent_id}"
