"""The Ed25519 key that signs checkpoints, and its public half for whoever checks them without our secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from common.keys import Keyring

PublicKeys = dict[str, Ed25519PublicKey]
"""Public keys by their id."""


class PublicKeyError(ValueError):
    """A text is not an Ed25519 public key in PEM."""


def signing_key(keyring: Keyring) -> Ed25519PrivateKey:
    """The house's key: its 32-byte seed is derived, so rotating key-encryption keys does not change it."""
    return Ed25519PrivateKey.from_private_bytes(keyring.derive("audit.checkpoint"))


def key_id(public: Ed25519PublicKey) -> str:
    """16 hexadecimal digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def public_pem(public: Ed25519PublicKey) -> str:
    """PEM (RFC 8410), which openssl reads as well."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def own_keys(keyring: Keyring) -> PublicKeys:
    """What a process that holds the secrets trusts."""
    return _by_id([signing_key(keyring).public_key()])


def trusted_keys(pems: Iterable[bytes]) -> PublicKeys:
    """What an auditor trusts; raises PublicKeyError."""
    keys = []
    for pem in pems:
        try:
            key = load_pem_public_key(pem)
        except ValueError:
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise PublicKeyError("this is not an Ed25519 public key in PEM; `public-key` prints the right one")
        keys.append(key)
    return _by_id(keys)


def _by_id(keys: Iterable[Ed25519PublicKey]) -> PublicKeys:
    return {key_id(key): key for key in keys}
