"""The bank's authorisation server: tokens for us, and for a customer who agreed there.

OpenID Connect as the Financial-grade API profile uses it: the client authenticates by a signed assertion
(private_key_jwt, RFC 7523) inside mutual TLS, the authorisation request is one signed object that names the consent
(`openbanking_intent_id`), and the code is bound to us by PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

import jwt

from actions.bank.core.errors import AuthorisationNeeded, CoreAnswerInvalid, CoreRefused, CoreUnavailable, Purpose
from actions.bank.open_banking.keys import KeySet
from actions.bank.open_banking.settings import OpenBankingSettings
from actions.bank.open_banking.signature import ALGORITHM
from actions.bank.open_banking.wire import AnswerTooLarge, NoAnswer, Wire

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
STRONG = ["urn:openbanking:psd2:sca"]
WAY_IN = "go"
ASSERTION_LIFE = timedelta(minutes=1)
REQUEST_LIFE = timedelta(minutes=5)
# A token this close to its end is treated as ended.
MARGIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Tokens:
    """`refresh` and `identity` (the ID token) only where the bank gave them."""

    access: str = field(repr=False)
    expires_at: datetime
    refresh: str | None = field(default=None, repr=False)
    identity: str | None = field(default=None, repr=False)

    def ends_before(self, now: datetime) -> bool:
        """Whether the access token has ended by `now`, or is about to."""
        return self.expires_at - MARGIN <= now


@dataclass(frozen=True, slots=True)
class Secrets:
    """What binds one authorisation to us: sent in (or derived for) the request, asked for when it comes back."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def fresh(cls) -> Secrets:
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class AuthorisationServer:
    def __init__(self, settings: OpenBankingSettings, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._wire = wire
        self._clock = clock
        self._metadata: Mapping[str, str] | None = None
        self._keys: KeySet | None = None
        self._own: dict[Purpose, Tokens] = {}

    async def own_token(self, purpose: Purpose, refused: str | None = None) -> str:
        """An access token that stands for us alone (client credentials), other than the one that was refused."""
        held = self._own.get(purpose)
        if held is None or held.access == refused or held.ends_before(self._clock()):
            held = await self._tokens({"grant_type": "client_credentials", "scope": purpose})
            self._own[purpose] = held
        return held.access

    async def refreshed(self, refresh: str, purpose: Purpose) -> Tokens:
        """Raises AuthorisationNeeded where the customer's consent has ended."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh}, purpose)

    async def redeemed(self, code: str, binding: Secrets, consent_id: str, purpose: Purpose) -> Tokens:
        """The tokens for a code that the customer brought back, if the bank says they are for this consent."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_url,
            "code_verifier": binding.verifier,
        }
        tokens = await self._tokens(form, purpose, once=True)
        await self._check_identity(tokens, binding.nonce, consent_id)
        return tokens

    def way_in(self, state: str) -> str:
        """Our own link for this state, beside the address to which the bank sends customers back."""
        return urljoin(self._settings.redirect_url, f"{WAY_IN}/{state}")

    async def authorise_url(self, consent_id: str, purpose: Purpose, binding: Secrets) -> str:
        """Where the customer agrees to the consent; the request in it can be read, but not changed."""
        metadata = await self._discovered()
        now = self._clock()
        intent = {"openbanking_intent_id": {"value": consent_id, "essential": True}}
        digest = hashlib.sha256(binding.verifier.encode()).digest()
        plain = {
            "client_id": self._settings.client_id,
            "response_type": "code",
            "scope": f"openid {purpose}",
            "redirect_uri": self._settings.redirect_url,
        }
        request = plain | {
            "iss": self._settings.client_id,
            "aud": self._settings.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + REQUEST_LIFE,
            "jti": str(uuid4()),
            "state": binding.state,
            "nonce": binding.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "claims": {
                "userinfo": intent,
                "id_token": intent | {"acr": {"essential": True, "values": STRONG}},
            },
        }
        return f"{metadata['authorization_endpoint']}?{urlencode(plain | {'request': self._signed(request)})}"

    async def _tokens(self, form: Mapping[str, str], purpose: Purpose = "accounts", *, once: bool = False) -> Tokens:
        endpoint = (await self._discovered())["token_endpoint"]
        now = self._clock()
        client = self._settings.client_id
        assertion = {"iss": client, "sub": client, "aud": endpoint, "jti": str(uuid4()), "iat": now,
                     "exp": now + ASSERTION_LIFE}  # fmt: skip
        sent = {**form, "client_assertion_type": ASSERTION_TYPE, "client_assertion": self._signed(assertion)}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        status, said = await self._ask("POST", endpoint, headers, urlencode(sent).encode(), once=once)
        if status != 200:
            error = said.get("error")
            if error == "invalid_grant":
                raise AuthorisationNeeded(purpose)
            raise CoreRefused(status, (error,) if isinstance(error, str) else ())
        try:
            if said["token_type"].lower() != "bearer":
                raise ValueError("not a bearer token")
            return Tokens(
                access=_text(said["access_token"]),
                expires_at=now + timedelta(seconds=int(said.get("expires_in", 0))),
                refresh=_text(said["refresh_token"]) if "refresh_token" in said else None,
                identity=_text(said["id_token"]) if "id_token" in said else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CoreAnswerInvalid("token") from error

    async def _check_identity(self, tokens: Tokens, nonce: str, consent_id: str) -> None:
        """The ID token says for whom and for which consent the other tokens are; a stranger's code ends here."""
        try:
            header = jwt.get_unverified_header(tokens.identity or "")
            key = await (await self._identity_keys()).get(header["kid"])
            if key is None:
                raise CoreAnswerInvalid("id_token")
            claims = jwt.decode(
                tokens.identity or "",
                key,
                algorithms=[ALGORITHM],
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                leeway=MARGIN,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise CoreAnswerInvalid("id_token") from error
        if claims.get("nonce") != nonce or claims.get("openbanking_intent_id") != consent_id:
            raise CoreAnswerInvalid("id_token")

    async def _identity_keys(self) -> KeySet:
        if self._keys is None:
            self._keys = KeySet((await self._discovered())["jwks_uri"], self._wire, self._clock)
        return self._keys

    async def _discovered(self) -> Mapping[str, str]:
        """The provider's own description (OpenID Connect Discovery 1.0), read once."""
        if self._metadata is None:
            url = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            status, said = await self._ask("GET", url, {"Accept": "application/json"}, None)
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            usable = status == 200 and said.get("issuer") == self._settings.issuer
            if not usable or not all(_is_https(said.get(name)) for name in wanted):
                raise CoreAnswerInvalid("openid-configuration")
            self._metadata = {name: said[name] for name in wanted}
        return self._metadata

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, once: bool = False
    ) -> tuple[int, dict[str, Any]]:
        try:
            answer = await self._wire.exchange(method, url, headers=headers, body=body, once=once)
            said = json.loads(answer.body)
        except NoAnswer as error:
            raise CoreUnavailable(error.retry_after) from error
        except (AnswerTooLarge, ValueError) as error:
            raise CoreAnswerInvalid("authorisation server") from error
        if not isinstance(said, dict):
            raise CoreAnswerInvalid("authorisation server")
        return answer.status, said

    def _signed(self, claims: Mapping[str, Any]) -> str:
        settings = self._settings
        return jwt.encode(dict(claims), settings.signing_key, ALGORITHM, headers={"kid": settings.key_id})


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isascii() or not value:
        raise TypeError("not a text")
    return value


def _is_https(value: object) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme == "https"
