"""Sealing of personal fields before they reach the database, and fingerprints to find equal account numbers."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.keys import Keyring

_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM under a key derived from the active key-encryption key.

    `place` (table, column, row) is bound in as associated data, so that a ciphertext moved to another row
    does not open. Raises cryptography's InvalidTag for that, and KeyringError for a key that is gone.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._fingerprint_key = keyring.derive("bank.iban")

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
