"""Sealing of personal fields before they reach the database, and fingerprints to find equal account numbers."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg import AsyncConnection

from actions.bank.errors import NotFound
from common import customer_keys
from common.customer_keys import DataKeys, KeyDestroyedError
from common.key_wrapping import KeyringWrapper
from common.keys import Keyring

_NONCE_BYTES = 12
# Where the house's own seal begins with the length of a key id, a customer's begins with this.
_CUSTOMERS = b"\0"


class Sealer:
    """Seals with AES-256-GCM: `of` under the key of a customer, `seal` under the house's, for what is nobody's.

    `place` (table, column, row) is bound in as associated data, so that a ciphertext moved to another row
    does not open. Raises cryptography's InvalidTag for that, and KeyringError for a key that is gone.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys = DataKeys(KeyringWrapper(keyring))
        self._fingerprint_key = keyring.derive("bank.iban")

    async def of(self, connection: AsyncConnection[Any], customer_id: object) -> CustomerSealer:
        """The customer's own seal, in the connection's transaction; raises NotFound for one who was erased."""
        try:
            key = await self._keys.find_or_make(connection, customer_keys.customer(customer_id))
        except KeyDestroyedError:
            raise NotFound("customer") from None
        return CustomerSealer(key, str(customer_id), self)

    async def of_anyone(self, connection: AsyncConnection[Any], customer_id: object | None) -> CustomerSealer | Sealer:
        """The customer's own seal, or the house's for a guest."""
        return self if customer_id is None else await self.of(connection, customer_id)

    def seal(self, fields: Mapping[str, str | None], place: str) -> bytes:
        """Key id length, key id, nonce, ciphertext."""
        key_id = self._keyring.active_id
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher(key_id).encrypt(nonce, json.dumps(dict(fields)).encode(), place.encode())
        return bytes([len(key_id)]) + key_id.encode() + nonce + sealed

    def open(self, sealed: bytes, place: str) -> dict[str, str]:
        length = sealed[0] + 1
        nonce, rest = sealed[length : length + _NONCE_BYTES], sealed[length + _NONCE_BYTES :]
        plain = self._cipher(sealed[1:length].decode()).decrypt(nonce, rest, place.encode())
        fields: dict[str, str] = json.loads(plain)
        return fields

    def fingerprint(self, iban: str) -> bytes:
        """HMAC-SHA256 of a compact IBAN."""
        return hmac.new(self._fingerprint_key, iban.encode(), hashlib.sha256).digest()

    def _cipher(self, key_id: str) -> AESGCM:
        kek = self._keyring.kek(key_id)
        return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=b"teller/bank.fields").derive(kek))


class CustomerSealer:
    """Seals and opens what belongs to one customer; customer and `place` are associated data."""

    def __init__(self, key: bytes, customer_id: str, house: Sealer) -> None:
        self._cipher = AESGCM(key)
        self._customer_id = customer_id
        self._house = house

    def seal(self, fields: Mapping[str, str | None], place: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _CUSTOMERS + nonce + self._cipher.encrypt(nonce, json.dumps(dict(fields)).encode(), self._bound(place))

    def open(self, sealed: bytes, place: str) -> dict[str, str]:
        """The fields; also of what was sealed before customers had keys of their own."""
        if sealed[:1] != _CUSTOMERS:
            return self._house.open(sealed, place)
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        fields: dict[str, str] = json.loads(self._cipher.decrypt(nonce, rest, self._bound(place)))
        return fields

    def _bound(self, place: str) -> bytes:
        return f"{self._customer_id}\n{place}".encode()
