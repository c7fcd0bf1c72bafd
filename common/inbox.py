"""The demo customer's inbox: what the bank sent by text message, mail or push, encrypted and short-lived."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis.asyncio import Redis

from common.keys import Keyring

Kind = Literal["sms", "email", "push"]
_NONCE_BYTES = 12


class Inbox:
    """Messages of one customer in a Redis list each, AES-256-GCM bound to the customer.

    A message disappears with its `ttl_s`.
    """

    def __init__(self, redis: Redis, keyring: Keyring) -> None:
        self._redis = redis
        self._cipher = AESGCM(keyring.derive("inbox"))

    async def push(self, customer_id: str, kind: Kind, text: str, code: str | None = None, ttl_s: int = 600) -> None:
        """Deliver a message; `code` is the second-factor code in it, if any."""
        sent_at = datetime.now(timezone.utc)
        message = {"code": code} if code is not None else {}
        message |= {"kind": kind, "text": text, "sent_at": sent_at.isoformat()}
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, json.dumps(message).encode(), customer_id.encode())
        number = await self._redis.incr("teller:inbox:number")
        await self._redis.set(f"{self._prefix(customer_id)}{number:012d}", sealed, ex=ttl_s)

    async def messages(self, customer_id: str) -> list[dict[str, Any]]:
        """The messages that still live, newest first."""
        keys = [key async for key in self._redis.scan_iter(match=f"{self._prefix(customer_id)}*")]
        if not keys:
            return []
        sealed = await self._redis.mget(sorted(keys, reverse=True))
        return [self._open(customer_id, value) for value in sealed if value is not None]

    async def forget(self, customer_id: str) -> None:
        """Delete every message of a customer."""
        keys = [key async for key in self._redis.scan_iter(match=f"{self._prefix(customer_id)}*")]
        if keys:
            await self._redis.delete(*keys)

    def _open(self, customer_id: str, sealed: bytes) -> dict[str, Any]:
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], customer_id.encode())
        except InvalidTag:
            return {"kind": "sms", "text": "This message cannot be read any more.", "sent_at": ""}
        return json.loads(plain)

    @staticmethod
    def _prefix(customer_id: str) -> str:
        return f"teller:inbox:{customer_id}:"
