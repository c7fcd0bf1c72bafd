"""`/api/v2/me/data`: a customer's copy of everything that is held about them, and its erasure.

The bank's part comes from the action server, which alone may open the bank; conversations and logins are here.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import httpx
from sanic.request import Request
from sanic.response import HTTPResponse

from common import assertion
from common.assertion import ERASE, EXPORT
from custom_components.channels import history
from custom_components.channels.doors import house_of, reply, store_of, trace_id
from custom_components.channels.house import action_url
from custom_components.security.errors import Forbidden, Unavailable
from custom_components.security.tokens import Principal

_TIMEOUT_SECONDS = 60


async def me_data(request: Request) -> HTTPResponse:
    """GET or DELETE, for a customer's own token."""
    house = house_of(request)
    principal = await house.gate.admit(request.headers.get("authorization"), request.headers.get("x-api-key"))
    if principal.customer_id is None:
        raise Forbidden("customers_only", "Only a customer has data here.")
    return await (_erase if request.method == "DELETE" else _export)(request, principal, principal.customer_id)


async def _export(request: Request, principal: Principal, customer_id: str) -> HTTPResponse:
    store = store_of(request)
    answer = await _bank(request, customer_id, "export", EXPORT)
    conversations = [
        {"session_id": session_id, "messages": await history.messages(store, session_id)}
        for session_id in await _conversations(request, principal, customer_id)
    ]
    body = {
        "exported_at": datetime.now(timezone.utc).isoformat(),
        **answer,
        "conversations": conversations,
        "login": await house_of(request).identities.about(principal.subject),
    }
    return reply(body, headers={"Content-Disposition": 'attachment; filename="my-data.json"'})


async def _erase(request: Request, principal: Principal, customer_id: str) -> HTTPResponse:
    """The key and the list first: from there on the erasure can be completed by anybody, and by a restore."""
    house, store = house_of(request), store_of(request)
    await _bank(request, customer_id, "erase", ERASE)
    for session_id in await _conversations(request, principal, customer_id):
        async with request.app.ctx.agent.lock_store.lock(session_id):
            await store.erase(session_id)
    await house.inbox.forget(customer_id)
    await house.identities.forget_customer(customer_id)
    return reply({"erased": True, "kept": ["ledger", "audit"], "trace_id": trace_id(request)})


async def _conversations(request: Request, principal: Principal, customer_id: str) -> list[str]:
    """The customer's conversations, by the store and by the login's sessions."""
    sessions = await house_of(request).sessions.names(principal.subject)
    return list(dict.fromkeys([*sessions, *await store_of(request).of_customer(customer_id)]))


async def _bank(request: Request, customer_id: str, path: str, purpose: str) -> dict[str, Any]:
    """The action server's answer; raises Unavailable when it does not give one."""
    house = house_of(request)
    address = action_url(getattr(request.app.ctx, "agent", None)) or f"http://127.0.0.1:{house.settings.action_port}"
    token = assertion.issue(house.keyring, customer_id, purpose, trace_id(request))
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.post(f"{address}/rights/{path}", headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
    except (httpx.HTTPError, ValueError):
        raise Unavailable("unavailable", "The bank does not answer just now; ask again.", retry_after=5) from None
    return found
