"""Who and what, without saying so: keyed fingerprints, the same for the same thing, unreadable without the key."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

from common.keys import Keyring

Sort = Literal[
    "customer",
    "user",
    "machine",
    "guest",
    "login",
    "address",
    "account",
    "payee",
    "card",
    "posting",
    "session",
    "ticket",
    "case",
    "device",
    "mandate",
    "key",
]


class Pseudonyms:
    """`customer_` and 32 hexadecimal digits: HMAC-SHA256 of sort and identifier, the first 128 bits.

    The sort is part of what is hashed, so equal numbers of different things do not meet. Nothing can be read
    back; whoever holds the keys finds a customer's records by making the pseudonym again.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.derive("audit.pseudonym")

    def of(self, sort: Sort, identifier: str) -> str:
        """The pseudonym of an identifier: a customer's id, a login name, a card's id, a network address …"""
        mac = hmac.new(self._key, f"{sort}\0{identifier}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{sort}_{mac.hexdigest()[:32]}"
