"""The test bank's authorisation server: discovery, tokens, and the page on which a customer agrees."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from tests.open_banking.bank_state import Consent, State

CLIENT_ID = "teller-client"
REDIRECT = "https://teller.example/open-banking/back"
CLIENT_KEY_ID, BANK_KEY_ID = "teller-1", "bank-1"


class OAuthError(Exception):
    pass


@dataclass
class Grant:
    """`consent` is None for a token of the client alone; an access or a refresh token, or a code."""

    scope: str
    consent: Consent | None
    expires_at: datetime
    challenge: str = ""
    nonce: str = ""


class BankOAuth:
    """`token_seconds` is the life of access tokens; refresh tokens rotate and serve once."""

    def __init__(self, state: State, key: RSAPrivateKey, client_key: RSAPublicKey) -> None:
        self._state = state
        self._key = key
        self._client_key = client_key
        self.base = ""
        self.token_seconds = 300
        self.access: dict[str, Grant] = {}
        self.refresh: dict[str, Grant] = {}
        self._codes: dict[str, Grant] = {}
        self.identity_changes: dict[str, Any] = {}
        self.issued = 0

    def configuration(self) -> dict[str, str]:
        return {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorise",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/jwks",
        }

    def keys(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": BANK_KEY_ID, "use": "sig", "alg": "PS256"}]}

    def agree(self, url: str, login: str) -> tuple[str, str]:
        """The customer opens `url`, logs in at the bank and agrees; their browser brings back (state, code)."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if not url.startswith(f"{self.base}/authorise?") or asked["client_id"] != CLIENT_ID:
            raise OAuthError("not our page")
        said = jwt.decode(
            asked["request"], self._client_key, algorithms=["PS256"], audience=self.base, issuer=CLIENT_ID,
            options={"require": ["exp", "nbf", "jti"]},
        )  # fmt: skip
        if any(said[name] != asked[name] for name in ("client_id", "response_type", "scope", "redirect_uri")):
            raise OAuthError("the request object says something else")
        if said["redirect_uri"] != REDIRECT or said["response_type"] != "code" or "openid" not in said["scope"]:
            raise OAuthError("not what this client registered")
        intent = said["claims"]["id_token"]["openbanking_intent_id"]["value"]
        with self._state.lock:
            consent = self._state.consents[intent]
            if consent.status != "AWAU" or consent.scope not in said["scope"].split():
                raise OAuthError("nothing to agree to")
            consent.status, consent.customer = "AUTH", self._state.customers[login]
            code = secrets.token_urlsafe(24)
            expires = self._state.now() + timedelta(minutes=1)
            self._codes[code] = Grant(consent.scope, consent, expires, said["code_challenge"], said["nonce"])
        return said["state"], code

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """The answer of the token endpoint; raises OAuthError with OAuth's own error code."""
        self._authenticate(form)
        with self._state.lock:
            self.issued += 1
            kind = form.get("grant_type")
            if kind == "client_credentials" and form.get("scope") in ("accounts", "payments"):
                return self._answer(Grant(form["scope"], None, self._end()))
            if kind == "authorization_code":
                return self._redeem(form)
            if kind == "refresh_token":
                held = self.refresh.pop(form.get("refresh_token", ""), None)
                if held is None or held.consent is None or held.consent.status != "AUTH":
                    raise OAuthError("invalid_grant")
                return self._answer(Grant(held.scope, held.consent, self._end()), refreshable=True)
        raise OAuthError("unsupported_grant_type")

    def granted(self, authorization: str, scope: str) -> Grant | None:
        """What a bearer token allows now, if anything."""
        grant = self.access.get(authorization.removeprefix("Bearer "))
        usable = grant is not None and grant.scope == scope and grant.expires_at > self._state.now()
        return grant if usable else None

    def revoke_access(self) -> None:
        """All access tokens end; refresh tokens live on."""
        self.access.clear()

    def _redeem(self, form: dict[str, str]) -> dict[str, Any]:
        held = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if held is None or held.consent is None or held.challenge != challenge or form["redirect_uri"] != REDIRECT:
            raise OAuthError("invalid_grant")
        answer = self._answer(Grant(held.scope, held.consent, self._end()), refreshable=held.scope == "accounts")
        now = self._state.now()
        claims = {
            "iss": self.base,
            "aud": CLIENT_ID,
            "sub": held.consent.id,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "nonce": held.nonce,
            "openbanking_intent_id": held.consent.id,
        }
        identity = jwt.encode(claims | self.identity_changes, self._key, "PS256", headers={"kid": BANK_KEY_ID})
        return answer | {"id_token": identity}

    def _answer(self, grant: Grant, *, refreshable: bool = False) -> dict[str, Any]:
        access = secrets.token_urlsafe(24)
        self.access[access] = grant
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.token_seconds}
        if refreshable:
            again = secrets.token_urlsafe(24)
            self.refresh[again] = grant
            answer["refresh_token"] = again
        return answer

    def _end(self) -> datetime:
        return self._state.now() + timedelta(seconds=self.token_seconds)

    def _authenticate(self, form: dict[str, str]) -> None:
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            raise OAuthError("invalid_client")
        try:
            jwt.decode(
                form.get("client_assertion", ""), self._client_key, algorithms=["PS256"], issuer=CLIENT_ID,
                subject=CLIENT_ID, audience=f"{self.base}/token", options={"require": ["exp", "jti", "sub"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OAuthError("invalid_client") from error
