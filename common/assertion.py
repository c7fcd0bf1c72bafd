"""The signed statement of who the customer is, which a channel makes and the action server verifies.

It is bound to one conversation and lives for two minutes, so that a copied one is worth little elsewhere
or later.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import jwt

from common.keys import Keyring

LIFE_SECONDS = 120
_AUDIENCE = "teller-actions"
# In place of a conversation, for what is not said in one; no session can be called so.
EXPORT, ERASE = "rights:export", "rights:erase"
LINK_WAY, LINK_RETURN = "linked:way", "linked:return"


class AssertionInvalid(Exception):
    """The assertion is forged, expired or made for another conversation.

    `reason` is the audit's word for it; `customer_id` is set where the signature holds, so that it is really theirs.
    """

    def __init__(self, reason: str, customer_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.customer_id = customer_id


@dataclass(frozen=True)
class Caller:
    """Whom a turn is for: `customer_id` is None for a guest."""

    customer_id: str | None
    message_id: str


def issue(keyring: Keyring, customer_id: str | None, session_id: str, message_id: str) -> str:
    """A compact JWT (HS256) for one turn of one conversation."""
    now = int(time.time())
    claims = {"aud": _AUDIENCE, "sid": session_id, "mid": message_id, "iat": now, "exp": now + LIFE_SECONDS}
    if customer_id is not None:
        claims["sub"] = customer_id
    return jwt.encode(claims, keyring.derive("assertion"), algorithm="HS256")


def verify(keyring: Keyring, token: str, session_id: str) -> Caller:
    """The caller that `token` names; raises AssertionInvalid unless it was issued here for `session_id`."""
    try:
        claims = _claims(keyring, token)
    except jwt.ExpiredSignatureError:
        raise AssertionInvalid("token_expired", _claims(keyring, token, verify_exp=False).get("sub")) from None
    except jwt.InvalidTokenError as error:
        raise AssertionInvalid("assertion_invalid") from error
    if claims["sid"] != session_id:
        raise AssertionInvalid("session_forbidden", claims.get("sub"))
    return Caller(customer_id=claims.get("sub"), message_id=claims["mid"])


def _claims(keyring: Keyring, token: str, *, verify_exp: bool = True) -> dict[str, Any]:
    return jwt.decode(
        token,
        keyring.derive("assertion"),
        algorithms=["HS256"],
        audience=_AUDIENCE,
        options={"require": ["exp", "sid", "mid"], "verify_exp": verify_exp},
    )
