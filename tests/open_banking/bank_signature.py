"""The test bank's own detached signatures, made and checked with nothing but RSA-PSS and base64."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NAMES = [f"http://openbanking.org.uk/{name}" for name in ("iat", "iss", "tan")]
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class BankSigner:
    key: rsa.RSAPrivateKey
    key_id: str
    issuer: str

    def sign(self, body: bytes, at: float, **changes: Any) -> str:
        """`changes` replace header fields, for what must be refused."""
        header = {"alg": "PS256", "kid": self.key_id, NAMES[0]: at, NAMES[1]: self.issuer,
                  NAMES[2]: "openbanking.org.uk", "crit": NAMES} | changes  # fmt: skip
        head = encode(json.dumps(header).encode())
        signature = self.key.sign(f"{head}.{encode(body)}".encode(), _PSS, hashes.SHA256())
        return f"{head}..{encode(signature)}"


def faults(signature: str, body: bytes, key: rsa.RSAPublicKey, key_id: str, issuer: str, now: float) -> list[str]:
    """What is wrong with a client's signature, if anything."""
    head, _, rest = signature.partition("..")
    header = json.loads(decode(head))
    said = (header.get("alg"), header.get("kid"), header.get(NAMES[1]), header.get(NAMES[2]), header.get("crit"))
    if said != ("PS256", key_id, issuer, "openbanking.org.uk", NAMES) or "b64" in header:
        return ["JWS header"]
    if not isinstance(header.get(NAMES[0]), int) or header[NAMES[0]] > now + 5:
        return ["JWS time"]
    try:
        key.verify(decode(rest), f"{head}.{encode(body)}".encode(), _PSS, hashes.SHA256())
    except InvalidSignature:
        return ["JWS signature"]
    return []
