"""The action server's inner door to the bank's part of a customer's rights; the assistant server knocks.

`POST /rights/export` answers JSON, `POST /rights/erase` 204. The bearer token is a signed assertion made for this
purpose and nothing else, which lives for two minutes; without it there is nothing to see.
"""

from __future__ import annotations

import json

import structlog
from sanic import Sanic
from sanic.exceptions import Forbidden, NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from actions.bank import errors
from actions.house import House, house
from common import assertion
from common.assertion import ERASE, EXPORT, AssertionInvalid

log = structlog.get_logger(__name__)


def attach(app: Sanic) -> None:
    """Add the door to the action server."""
    app.add_route(_export, "/rights/export", methods=["POST"], name="rights_export")
    app.add_route(_erase, "/rights/erase", methods=["POST"], name="rights_erase")


async def _export(request: Request) -> HTTPResponse:
    opened, customer_id = await _asked(request, EXPORT)
    try:
        found = await opened.bank.rights.export(customer_id)
    except errors.NotFound:
        raise NotFound("nothing is held") from None
    return raw(json.dumps(found, default=str).encode(), content_type="application/json")


async def _erase(request: Request) -> HTTPResponse:
    opened, customer_id = await _asked(request, ERASE)
    await opened.bank.rights.erase(customer_id)
    return empty()


async def _asked(request: Request, purpose: str) -> tuple[House, str]:
    opened = await house()
    scheme, _, token = (request.headers.get("authorization") or "").partition(" ")
    try:
        customer_id = assertion.verify(opened.keyring, token, purpose).customer_id if scheme == "Bearer" else None
    except AssertionInvalid:
        customer_id = None
    if customer_id is None:
        log.warning("rights_refused", purpose=purpose)
        raise Forbidden("no valid assertion")
    return opened, customer_id
