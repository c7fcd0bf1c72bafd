"""The second factor: a code that belongs to exactly one prepared operation (PSD2 RTS, article 5)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from actions.bank.delivery.port import DeliveryFailed
from actions.bank.errors import (
    BankError,
    CodeExpired,
    CodeLocked,
    CodeNotSent,
    CodeVoid,
    CodeWrong,
    NotFound,
    StepUpRequired,
    StepUpUnavailable,
)
from actions.bank.model.money import Money
from actions.bank.model.operations import Challenge
from actions.bank.repository import audit, cards, intents, payees
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Messenger, Service

log = structlog.get_logger(__name__)

CODE_LIFE = timedelta(minutes=5)
TRIES = 5
CODES_PER_KEY = 3
LOCKOUTS, LOCKOUT_WINDOW = 3, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StepUp(Service):
    """`messenger` is None where the bank has no channel to its customers: then no code can be asked for."""

    messenger: Messenger | None
    code_key: bytes

    async def challenge(self, customer_id: str, key: str) -> Challenge:
        """Send a fresh code for the prepared operation `key`; an earlier code of it is void once this one is sent.

        Raises NotFound, KeyConflict, PreparedExpired, StepUpUnavailable, CodeNotSent where the carrier did not take
        the message, and CodeLocked after too many codes for this key or too many locked operations within the hour.
        """
        if self.messenger is None:
            raise StepUpUnavailable()
        now = self.clock()
        code, nonce = f"{secrets.randbelow(1_000_000):06d}", secrets.token_bytes(16)
        async with self.pool.connection() as connection:
            intent = await self._may_send(connection, customer_id, key, now)
            text = await self._text(connection, customer_id, intent, code)
        expires_at = min(now + CODE_LIFE, intent["expires_at"])
        try:  # between two transactions: a slow carrier must not hold locks
            lifetime = max(1, int((expires_at - now).total_seconds()))
            await self.messenger.push(customer_id, "sms", text, code=code, ttl_s=lifetime)
        except DeliveryFailed as error:
            log.warning("code_not_sent", reason=str(error))
            raise CodeNotSent() from None
        async with self.pool.connection() as connection:
            intent = await self._may_send(connection, customer_id, key, now)
            await intents.void_challenges(connection, customer_id, key)
            await intents.add_challenge(
                connection,
                {
                    "id": uuid4(),
                    "customer_id": customer_id,
                    "key": key,
                    "nonce": nonce,
                    "code_hmac": self._mac(intent, nonce, code),
                    "binding_hmac": self._mac(intent, nonce, ""),
                    "state": "open",
                    "tries_left": TRIES,
                    "created_at": now,
                    "expires_at": expires_at,
                },
            )
            await audit.code(connection, customer_id, key, None, sent=True)
        return Challenge(expires_at, TRIES)

    async def _may_send(self, connection: Connection, customer_id: str, key: str, now: datetime) -> Row:
        """The prepared operation, locked, if one more code may be sent for it."""
        intent = await self._open_intent(connection, customer_id, key)
        locked, first = await intents.lockouts_since(connection, customer_id, now - LOCKOUT_WINDOW)
        if locked >= LOCKOUTS and first is not None:
            raise CodeLocked(first + LOCKOUT_WINDOW)
        if await intents.challenge_count(connection, customer_id, key) >= CODES_PER_KEY:
            raise CodeLocked()
        return intent

    async def verify(self, customer_id: str, key: str, code: str) -> None:
        """Approve the operation `key` with the code that was sent for it.

        Raises CodeWrong (with the tries left), CodeLocked at the last one (the operation is void then),
        CodeExpired, CodeVoid where the operation changed since the code was sent, NotFound without a challenge.
        """
        async with self.pool.connection() as connection:
            refusal = await self._check(connection, customer_id, key, code)
            await audit.code(connection, customer_id, key, refusal, sent=False)
        if refusal is not None:  # raised only now, so that the counted try is committed
            raise refusal

    async def _check(self, connection: Connection, customer_id: str, key: str, code: str) -> BankError | None:
        intent = await self._open_intent(connection, customer_id, key)
        found = await intents.live_challenge(connection, customer_id, key)
        if found is None:
            raise NotFound("challenge")
        if not hmac.compare_digest(found["binding_hmac"], self._mac(intent, found["nonce"], "")):
            await intents.set_challenge(connection, found["id"], "void", 0)
            return CodeVoid()
        if self.clock() >= found["expires_at"]:
            return CodeExpired()
        digits = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code))
        if hmac.compare_digest(found["code_hmac"], self._mac(intent, found["nonce"], digits or "-")):
            await intents.set_challenge(connection, found["id"], "verified", found["tries_left"])
            return None
        left = found["tries_left"] - 1
        await intents.set_challenge(connection, found["id"], "open" if left > 0 else "locked", left)
        if left > 0:
            return CodeWrong(left)
        await intents.set_state(connection, customer_id, key, "locked")
        return CodeLocked()

    async def require_verified(self, connection: Connection, intent: Row) -> None:
        """Raise StepUpRequired unless a verified code belongs to the operation exactly as it stands now."""
        found = await intents.live_challenge(connection, str(intent["customer_id"]), str(intent["key"]))
        if found is None or found["state"] != "verified":
            raise StepUpRequired()
        if not hmac.compare_digest(found["binding_hmac"], self._mac(intent, found["nonce"], "")):
            raise CodeVoid()

    async def _open_intent(self, connection: Connection, customer_id: str, key: str) -> Row:
        intent = await intents.get(connection, customer_id, key, lock=True)
        if intent["state"] == "locked":
            raise CodeLocked()
        intents.require_open(intent, self.clock())
        return intent

    def _mac(self, intent: Row, nonce: bytes, code: str) -> bytes:
        """Binds a code (or nothing) to customer, key, kind, account, payee, card, amount, fee, currency, purpose
        and details."""
        names = ("customer_id", "key", "kind", "account_id", "payee_id", "card_id", "amount_minor", "fee_minor",
                 "currency", "purpose")  # fmt: skip
        details = json.dumps(intent["details"], sort_keys=True)
        bound = "|".join([*(str(intent[name]) for name in names), details, nonce.hex(), code])
        return hmac.new(self.code_key, bound.encode(), hashlib.sha256).digest()

    async def _text(self, connection: Connection, customer_id: str, intent: Row, code: str) -> str:
        """The message names what the code is for, so that a changed amount or payee cannot go unseen."""
        if intent["purpose"]:
            purpose = str(intent["purpose"])
        elif intent["kind"] == "unfreeze_card":
            held = await cards.of_customer(connection, customer_id)
            last4 = next(card.last4 for card in held if card.id == str(intent["card_id"]))
            purpose = f"unfreeze your card ending {last4}"
        else:
            payee = await payees.one(connection, self.sealer, customer_id, str(intent["payee_id"]))
            if payee is None:
                raise NotFound("payee")
            amount = Money(intent["amount_minor"], intent["currency"])
            fee = Money(intent["fee_minor"], intent["currency"])
            costs = f", plus a fee of {fee}" if fee.amount_minor else ""
            purpose = f"send {amount} to {payee.name}, account ending {payee.tail}{costs}"
        return f"Your code is {code}. Use it only to {purpose}. We never ask you for it by phone."
