"""Access tokens: compact JWTs that name a principal and its role."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import jwt

from common.keys import Keyring
from custom_components.security.errors import Unauthenticated

ISSUER = "teller"
AUDIENCE = "teller-doors"
_ALGORITHM = "HS256"


@dataclass(frozen=True)
class Principal:
    """Who is at the door.

    `subject` is an opaque pseudonym and owns sessions and answers; `customer_id` is None for guests, staff
    and machines; `token_id` and `expires_at` (seconds since the epoch) are None for an API key.
    """

    subject: str
    role: str
    customer_id: str | None = None
    token_id: str | None = None
    expires_at: int | None = None


class AccessTokens:
    """Issues and verifies access tokens of `seconds` life."""

    def __init__(self, keyring: Keyring, seconds: int) -> None:
        self._key = keyring.derive("access-token")
        self.seconds = seconds

    def issue(self, subject: str, role: str, customer_id: str | None = None) -> str:
        """A fresh token; every one has an id of its own, by which it can be revoked."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + self.seconds,
            "jti": str(uuid.uuid4()),
            "role": role,
        }
        if customer_id is not None:
            claims["customer"] = customer_id
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def verify(self, token: str) -> Principal:
        """The principal of a token issued here and still alive; raises Unauthenticated."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["iss", "aud", "sub", "iat", "exp", "jti", "role"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("token_expired", "The access token has expired; ask for a new one.") from None
        except (jwt.InvalidTokenError, UnicodeError):  # PyJWT trips over letters that are not ASCII
            raise Unauthenticated("token_invalid", "The access token is not valid.") from None
        return Principal(claims["sub"], claims["role"], claims.get("customer"), claims["jti"], claims["exp"])
