"""x-jws-signature: a detached JWS over a body, as UK Open Banking's Read/Write profile v4.0 wants it.

Header: alg PS256, kid, and the three critical parameters of openbanking.org.uk (iat, iss, tan); the payload is
base64url-encoded before signing (RFC 7515, appendix F), so there is no `b64` (RFC 7797).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from jwt import get_algorithm_by_name

ALGORITHM = "PS256"
IAT, ISS, TAN = (f"http://openbanking.org.uk/{name}" for name in ("iat", "iss", "tan"))
CRITICAL = [IAT, ISS, TAN]
_KNOWN = {"alg", "kid", "typ", "cty", "crit", *CRITICAL}
SKEW_SECONDS = 60


class SignatureInvalid(Exception):
    """A signature that is missing, malformed, of somebody else, or does not belong to the body."""


@dataclass(frozen=True, slots=True)
class Signer:
    """`issuer` is `organisation/software statement`, or the subject of the signing certificate."""

    key: RSAPrivateKey = field(repr=False)
    key_id: str
    issuer: str
    trust_anchor: str
    clock: Callable[[], datetime]

    def sign(self, body: bytes) -> str:
        """`<header>..<signature>`"""
        header = {
            "alg": ALGORITHM,
            "kid": self.key_id,
            "typ": "JOSE",
            "cty": "application/json",
            IAT: int(self.clock().timestamp()),
            ISS: self.issuer,
            TAN: self.trust_anchor,
            "crit": CRITICAL,
        }
        head = _encode(json.dumps(header, separators=(",", ":")).encode())
        signature = get_algorithm_by_name(ALGORITHM).sign(head + b"." + _encode(body), self.key)
        return f"{head.decode()}..{_encode(signature).decode()}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a signature of the other side must say of itself."""

    issuer: str
    trust_anchor: str
    now: datetime


def key_id(signature: str) -> str:
    """The id of the key with which this was signed; raises SignatureInvalid."""
    found = _header(signature).get("kid")
    if not isinstance(found, str):
        raise SignatureInvalid("no key id")
    return found


def verify(signature: str, body: bytes, key: RSAPublicKey, expected: Expected) -> None:
    """Raises SignatureInvalid unless `signature` is `expected`'s over exactly this body."""
    header = _header(signature)
    made_at = header.get(IAT)
    fitting = (
        header.get("alg") == ALGORITHM
        and set(header) <= _KNOWN
        and header.get("typ", "JOSE") == "JOSE"
        and header.get("cty", "json") in ("json", "application/json")
        and sorted(header.get("crit") or []) == sorted(CRITICAL)
        and header.get(ISS) == expected.issuer
        and header.get(TAN) == expected.trust_anchor
        and isinstance(made_at, int | float)
        and made_at <= expected.now.timestamp() + SKEW_SECONDS
    )
    if not fitting:
        raise SignatureInvalid("the header is not what it must be")
    head, _, rest = signature.partition("..")
    if not get_algorithm_by_name(ALGORITHM).verify(f"{head}.".encode() + _encode(body), key, _decode(rest)):
        raise SignatureInvalid("the signature does not belong to the body")


def _header(signature: str) -> Mapping[str, Any]:
    head, between, rest = signature.partition("..")
    if not between or not rest or "." in head or "." in rest:
        raise SignatureInvalid("not a detached JWS")
    try:
        header = json.loads(_decode(head))
    except ValueError as error:
        raise SignatureInvalid("the header is no JSON") from error
    if not isinstance(header, dict):
        raise SignatureInvalid("the header is no object")
    return header


def _encode(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureInvalid("not base64url") from error
