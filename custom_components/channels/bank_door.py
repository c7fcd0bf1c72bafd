"""The assistant server's way to the inner doors of the action server, which alone may open the bank."""

from __future__ import annotations

from typing import Any

import httpx
from sanic.request import Request

from common import assertion
from custom_components.channels.doors import house_of, trace_id
from custom_components.channels.house import action_url
from custom_components.security.errors import Unavailable

_TIMEOUT_SECONDS = 60


async def knock(
    request: Request, path: str, purpose: str, customer_id: str | None, body: dict[str, Any]
) -> httpx.Response:
    """The answer, whatever its status; raises Unavailable where none comes."""
    house = house_of(request)
    address = action_url(getattr(request.app.ctx, "agent", None)) or f"http://127.0.0.1:{house.settings.action_port}"
    token = assertion.issue(house.keyring, customer_id, purpose, trace_id(request))
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            return await client.post(f"{address}{path}", json=body, headers={"Authorization": f"Bearer {token}"})
    except httpx.HTTPError:
        raise Unavailable("unavailable", "The bank does not answer just now; ask again.", retry_after=5) from None
