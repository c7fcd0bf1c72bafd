"""The gate: from credentials to a principal, and the grants of the token endpoint (RFC 6749, 7009)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from custom_components.security.audit import DoorAudit, is_present
from custom_components.security.errors import Forbidden, InvalidRequest, Unauthenticated
from custom_components.security.identities import Identities, User
from custom_components.security.rate_limit import RateLimiter
from custom_components.security.tokens import AccessTokens, Principal

GUEST_GRANT = "urn:teller:guest"
_FAILURES_FROM_ONE_PLACE = 10
_FAILURES_FROM_ANYWHERE = 60
_FAILURE_WINDOW_S = 300


class Gate:
    """Decides who somebody is; `limit` is the number of requests a minute for a principal or an address."""

    def __init__(
        self, identities: Identities, tokens: AccessTokens, limiter: RateLimiter, limit: int, audit: DoorAudit
    ) -> None:
        self._identities = identities
        self._tokens = tokens
        self._limiter = limiter
        self._limit = limit
        self._audit = audit

    async def admit(self, authorization: str | None, api_key: str | None) -> Principal:
        """The principal of a request, counted against its limit; raises Unauthenticated or TooMany."""
        principal = await self.identify(authorization, api_key)
        await self._limiter.count("principal", principal.subject, self._limit)
        return principal

    async def identify(self, authorization: str | None, api_key: str | None = None) -> Principal:
        """The principal behind `Authorization: Bearer …` or an API key; raises Unauthenticated."""
        is_present(None)
        principal = await self._identify(authorization, api_key)
        is_present(principal)
        self._audit.seen(principal)
        return principal

    async def _identify(self, authorization: str | None, api_key: str | None) -> Principal:
        if authorization is None and api_key is not None:
            return await self._identities.check_api_key(api_key)
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("token_missing", "Send an access token: Authorization: Bearer …")
        principal = self._tokens.verify(token.strip())
        await self._identities.require_alive(principal)
        return principal

    async def stranger(self, scope: str, address: str) -> None:
        """Count a request that needs no credentials against its address's limit in `scope`; raises TooMany."""
        is_present(None)
        await self._limiter.count(scope, address, self._limit)

    async def grant(self, form: Mapping[str, str], address: str) -> dict[str, Any]:
        """The token endpoint's answer to a form; raises InvalidRequest, Unauthenticated or TooMany."""
        is_present(None)
        kind = form.get("grant_type", "")
        await self._limiter.count("guest" if kind == GUEST_GRANT else "token", address, self._limit)
        if kind == "password":
            user = await self._log_in(_field(form, "username"), _field(form, "password"), address)
            return self._answer(user, await self._identities.issue_refresh(user, address))
        if kind == "refresh_token":
            return self._answer(*await self._refresh(_field(form, "refresh_token"), address))
        if kind == "client_credentials":
            machine = await self._identities.check_machine(_field(form, "client_id"), _field(form, "client_secret"))
            await self._identities.note(self._audit.logged_in(machine, "client_credentials", address))
            return self._without_refresh(machine)
        if kind == GUEST_GRANT:
            self._audit.guest(address)
            return self._without_refresh(Principal(f"guest:{uuid.uuid4()}", "guest"))
        raise InvalidRequest("unsupported_grant_type", "This grant_type is not offered.")

    async def revoke(self, principal: Principal, token: str) -> None:
        """End one token of the principal; an unknown one is as good as ended. Raises Forbidden for another's."""
        owner = await self._identities.refresh_owner(token)
        if owner is not None:
            _require_same(owner, principal)
            await self._identities.revoke_refresh(token, principal)
            return
        try:
            ended = self._tokens.verify(token)
        except Unauthenticated:
            return
        _require_same(ended.subject, principal)
        await self._identities.revoke_access(ended)

    async def _log_in(self, login: str, password: str, address: str) -> User:
        # Failures count for the login at this address first: nobody far away can lock a customer out cheaply.
        here, anywhere = f"{login}\n{address}", login
        await self._limiter.check("failed-here", here, _FAILURES_FROM_ONE_PLACE, _FAILURE_WINDOW_S)
        await self._limiter.check("failed", anywhere, _FAILURES_FROM_ANYWHERE, _FAILURE_WINDOW_S)
        try:
            return await self._identities.check_password(login, password)
        except InvalidRequest as refusal:
            self._audit.login_failed(login, "password", refusal.code, address)
            await self._limiter.count("failed-here", here, _FAILURES_FROM_ONE_PLACE, _FAILURE_WINDOW_S)
            await self._limiter.count("failed", anywhere, _FAILURES_FROM_ANYWHERE, _FAILURE_WINDOW_S)
            raise

    async def _refresh(self, token: str, address: str) -> tuple[User, str]:
        try:
            return await self._identities.rotate(token, address)
        except InvalidRequest as refusal:
            self._audit.login_failed(None, "refresh_token", refusal.code, address)
            raise

    def _answer(self, user: User, refresh_token: str) -> dict[str, Any]:
        access = self._tokens.issue(user.user_id, user.role, user.customer_id)
        return self._body(access) | {"refresh_token": refresh_token}

    def _without_refresh(self, principal: Principal) -> dict[str, Any]:
        return self._body(self._tokens.issue(principal.subject, principal.role))

    def _body(self, access_token: str) -> dict[str, Any]:
        return {"access_token": access_token, "token_type": "Bearer", "expires_in": self._tokens.seconds}


def _field(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value or len(value) > 1024 or "\0" in value:
        raise InvalidRequest("invalid_request", f"The form field {name} is missing or not usable.")
    return value


def _require_same(owner: str, principal: Principal) -> None:
    if owner != principal.subject:
        raise Forbidden("not_your_token", "This token belongs to somebody else.")
