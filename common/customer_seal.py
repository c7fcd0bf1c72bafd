"""A customer's own seal: AES-256-GCM under their data key. Both processes open with it, the bank alone seals."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
# Where the house's own seal begins with the length of a key id, a customer's begins with this.
MARK = b"\0"
_MARKS = re.compile(r"[^\W_]+")


class CustomerSeal:
    """Seals and opens what belongs to one customer; customer and `place` (table, column, row) are associated data.

    Raises cryptography's InvalidTag for a ciphertext that was changed or moved.
    """

    def __init__(self, key: bytes, customer_id: str) -> None:
        self._key = key
        self._cipher = AESGCM(key)
        self._customer_id = customer_id

    def seal(self, fields: Mapping[str, Any], place: str) -> bytes:
        """JSON-like values by name."""
        nonce = os.urandom(_NONCE_BYTES)
        return MARK + nonce + self._cipher.encrypt(nonce, json.dumps(dict(fields)).encode(), self._bound(place))

    def open(self, sealed: bytes, place: str) -> dict[str, Any]:
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        fields: dict[str, Any] = json.loads(self._cipher.decrypt(nonce, rest, self._bound(place)))
        return fields

    def words(self, text: str) -> list[bytes]:
        """HMAC-SHA256 of each word of a text under a key derived from the customer's, so that one can look for it.

        Case and accents do not count; of several words those with one letter do not either.
        """
        plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
        found = dict.fromkeys(_MARKS.findall(plain))
        key = HKDF(hashes.SHA256(), 32, salt=None, info=b"teller/customer.words").derive(self._key)
        kept = [word for word in found if len(word) > 1] or list(found)
        return [hmac.new(key, word.encode(), hashlib.sha256).digest() for word in kept]

    def _bound(self, place: str) -> bytes:
        return f"{self._customer_id}\n{place}".encode()
