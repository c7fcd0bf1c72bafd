"""The port to whoever holds the key-encryption keys, and its implementation on TELLER_KEYS.

The other implementation is a transit engine (transit.py); `wrapper_of` chooses.
"""

from __future__ import annotations

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.keys import Keyring, KeyringError

_NONCE_BYTES = 12


class WrappingError(RuntimeError):
    """A wrapped key was changed, moved to another owner, or belongs to another key-encryption key."""


class KeyServiceError(KeyringError):
    """The service that holds the key-encryption key does not answer or refuses; the message says what to do."""


class KeyWrapper(Protocol):
    """Wraps data keys. `context` says whose key it is and is bound to the result.

    Every method raises KeyServiceError where the key is held elsewhere and cannot be reached.
    """

    async def active_id(self) -> str:
        """The key-encryption key that `wrap` uses."""

    async def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        """The id of the key-encryption key, and the wrapped key."""

    async def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The key; raises WrappingError for a wrong context or bytes, KeyringError for an unknown key id."""


class KeyringWrapper:
    """AES-256-GCM under the key-encryption keys of the ring; key id and context are associated data."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def active_id(self) -> str:
        return self._keyring.active_id

    async def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        key_id, nonce = self._keyring.active_id, os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keyring.kek(key_id)).encrypt(nonce, key, _bound(key_id, context))
        return key_id, nonce + sealed

    async def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return AESGCM(self._keyring.kek(key_id)).decrypt(nonce, sealed, _bound(key_id, context))
        except (InvalidTag, ValueError):
            raise WrappingError("a wrapped data key cannot be opened") from None


def _bound(key_id: str, context: bytes) -> bytes:
    return key_id.encode() + b"\0" + context
