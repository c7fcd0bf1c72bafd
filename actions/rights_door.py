"""The action server's inner door to the bank's part of a customer's rights; the assistant server knocks.

`POST /rights/export` answers JSON, `POST /rights/erase` 204. The bearer token is a signed assertion made for this
purpose and nothing else, which lives for two minutes; without it there is nothing to see.
"""

from __future__ import annotations

import json

from sanic import Sanic
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from actions.bank import errors
from actions.inner_door import asked_by_customer
from common.assertion import ERASE, EXPORT


def attach(app: Sanic) -> None:
    """Add the door to the action server."""
    app.add_route(_export, "/rights/export", methods=["POST"], name="rights_export")
    app.add_route(_erase, "/rights/erase", methods=["POST"], name="rights_erase")


async def _export(request: Request) -> HTTPResponse:
    opened, customer_id = await asked_by_customer(request, EXPORT, "export")
    try:
        found = await opened.bank.rights.export(customer_id)
    except errors.NotFound:
        raise NotFound("nothing is held") from None
    return raw(json.dumps(found, default=str).encode(), content_type="application/json")


async def _erase(request: Request) -> HTTPResponse:
    opened, customer_id = await asked_by_customer(request, ERASE, "erasure")
    if opened.bank.linked is not None:  # first, while it is known which permissions the other bank is to end
        await opened.bank.linked.unlink(customer_id)
    await opened.bank.rights.erase(customer_id)
    return empty()
