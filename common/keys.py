"""The keys of the house: key-encryption keys by id, and keys derived from them for one purpose each.

`python -m common.key_rotation rotate` wraps all data keys anew (common/key_rotation.py).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common import transit_settings
from common.settings import Settings
from common.transit_settings import TransitSettings, TransitSettingsError


class KeyringError(RuntimeError):
    """The key text cannot be read, or a key id is unknown."""


@dataclass(frozen=True)
class Keyring:
    """Key-encryption keys of 32 bytes by id; the first one is active, the others still decrypt.

    `file` is where the demo's ring was read: a key that was put there since is found without a restart. `transit` says
    who wraps data keys in place of the ring, from which fingerprints, tokens and signatures still derive.
    """

    keys: dict[str, bytes]
    file: Path | None = None
    transit: TransitSettings | None = None

    @property
    def active_id(self) -> str:
        return next(iter(self.keys))

    def kek(self, key_id: str) -> bytes:
        """The key-encryption key with this id; raises KeyringError when it is not in the ring."""
        known = self.keys if key_id in self.keys or self.file is None else parse(self.file.read_text())
        try:
            return known[key_id]
        except KeyError:
            raise KeyringError(f"key {key_id} is not in TELLER_KEYS") from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, by HKDF-SHA256 (RFC 5869) from the oldest key, so that rotation keeps them."""
        oldest = list(self.keys.values())[-1]
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"teller/{purpose}".encode()).derive(oldest)


def load(settings: Settings) -> Keyring:
    """The ring named by TELLER_KEYS (`id:base64,id:base64`, active first), or the demo's key file.

    Raises KeyringError when the text is not of that form, or the settings of a key service cannot be used.
    """
    try:
        transit = transit_settings.read()
    except TransitSettingsError as error:
        raise KeyringError(str(error)) from None
    if settings.keys is None:
        path = settings.home / "keys"
        if not path.exists():
            fresh = f"demo-{date.today():%Y%m%d}:{encoded_key()}\n"
            descriptor = os.open(path.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(fresh)
            with contextlib.suppress(FileExistsError):
                os.link(path.with_suffix(".new"), path)
            path.with_suffix(".new").unlink(missing_ok=True)
        return Keyring(parse(path.read_text()), path, transit)
    return Keyring(parse(settings.keys), transit=transit)


def encoded_key() -> str:
    """A fresh key as TELLER_KEYS has it: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def parse(text: str) -> dict[str, bytes]:
    """The keys in a text of the form `id:base64,id:base64`; raises KeyringError when it is not of that form."""
    keys: dict[str, bytes] = {}
    for part in text.strip().split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id or len(key) != 32:
            raise KeyringError("TELLER_KEYS must read id:base64-of-32-bytes, several separated by commas")
        keys[key_id] = key
    return keys
