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
from common.customer_seal import MARK, CustomerSeal
from common.key_service import wrapper_of
from common.keys import Keyring

_NONCE_BYTES = 12


class Sealer:
    """Seals with AES-256-GCM under the data key of a customer (`of`), or of the guests (`of_anyone`).

    `place` (table, column, row) is bound in as associated data, so that a ciphertext moved to another row
    does not open. Raises cryptography's InvalidTag for that, and KeyringError for a key that is gone.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys = DataKeys(wrapper_of(keyring))
        self._fingerprint_key = keyring.derive("bank.iban")

    async def of(self, connection: AsyncConnection[Any], customer_id: object) -> CustomerSealer:
        """The customer's own seal, in the connection's transaction; raises NotFound for one who was erased."""
        try:
            key = await self._keys.find_or_make(connection, customer_keys.customer(customer_id))
        except KeyDestroyedError:
            raise NotFound("customer") from None
        return CustomerSealer(key, str(customer_id), self)

    async def of_anyone(self, connection: AsyncConnection[Any], customer_id: object | None) -> CustomerSealer:
        """The customer's own seal, or the guests' for a guest."""
        if customer_id is not None:
            return await self.of(connection, customer_id)
        key = await self._keys.find_or_make(connection, customer_keys.GUESTS)
        return CustomerSealer(key, customer_keys.GUESTS, self)

    def seal(self, fields: Mapping[str, Any], place: str) -> bytes:
        """As rows were sealed before everything had a data key: key id length, key id, nonce, ciphertext.

        A key-encryption key cannot leave the ring while such a row is there; `resealing.py` ends them.
        """
        key_id = self._keyring.active_id
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher(key_id).encrypt(nonce, json.dumps(dict(fields)).encode(), place.encode())
        return bytes([len(key_id)]) + key_id.encode() + nonce + sealed

    def open(self, sealed: bytes, place: str) -> dict[str, Any]:
        length = sealed[0] + 1
        nonce, rest = sealed[length : length + _NONCE_BYTES], sealed[length + _NONCE_BYTES :]
        plain = self._cipher(sealed[1:length].decode()).decrypt(nonce, rest, place.encode())
        fields: dict[str, Any] = json.loads(plain)
        return fields

    def fingerprint(self, iban: str) -> bytes:
        """HMAC-SHA256 of a compact IBAN."""
        return hmac.new(self._fingerprint_key, iban.encode(), hashlib.sha256).digest()

    def _cipher(self, key_id: str) -> AESGCM:
        kek = self._keyring.kek(key_id)
        return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=b"teller/bank.fields").derive(kek))


class CustomerSealer(CustomerSeal):
    """A customer's own seal that also opens what was sealed before customers had keys of their own."""

    def __init__(self, key: bytes, customer_id: str, house: Sealer) -> None:
        super().__init__(key, customer_id)
        self._house = house

    def open(self, sealed: bytes, place: str) -> dict[str, Any]:
        return super().open(sealed, place) if sealed[:1] == MARK else self._house.open(sealed, place)
