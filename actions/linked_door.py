"""The action server's inner door for customers on their way to another bank and back; the assistant server knocks.

`POST /linked/way` answers where a link leads; `POST /linked/return` takes in what the customer's browser brought back.
404: nothing is under way with this state, or not for this customer. 409: the other bank did not confirm the agreement.
503: it did not answer. The bearer token is a signed assertion made for this purpose; a return needs the customer's.
"""

from __future__ import annotations

from typing import Any

from sanic import Sanic
from sanic.exceptions import InvalidUsage, NotFound, SanicException, ServiceUnavailable
from sanic.request import Request
from sanic.response import HTTPResponse, json

from actions.bank import errors
from actions.bank.core.errors import CoreError, CoreUnavailable
from actions.bank.use_cases.linked import Linked
from actions.house import House
from actions.inner_door import asked, asked_by_customer
from common.assertion import LINK_RETURN, LINK_WAY

_DOOR = "account"
_LONGEST = 4096


def attach(app: Sanic) -> None:
    """Add the door to the action server."""
    app.add_route(_way, "/linked/way", methods=["POST"], name="linked_way")
    app.add_route(_return, "/linked/return", methods=["POST"], name="linked_return")


async def _way(request: Request) -> HTTPResponse:
    opened, _ = await asked(request, LINK_WAY, _DOOR)
    linked, state = _linked(opened), _text(request.json, "state")
    try:
        return json({"url": await linked.way(state)})
    except errors.BankError as error:
        raise _refusal(error) from None


async def _return(request: Request) -> HTTPResponse:
    opened, customer_id = await asked_by_customer(request, LINK_RETURN, _DOOR)
    linked, state = _linked(opened), _text(request.json, "state")
    code = _text(request.json, "code") if request.json.get("code") is not None else None
    try:
        outcome = await linked.returned(customer_id, state, code)
    except errors.BankError as error:
        raise _refusal(error) from None
    return json({"outcome": outcome, "bank": linked.name})


def _linked(opened: House) -> Linked:
    if opened.bank.linked is None:
        raise NotFound("no other bank")
    return opened.bank.linked


def _refusal(error: errors.BankError) -> SanicException:
    if isinstance(error, errors.NotFound):
        return NotFound("nothing under way")
    if isinstance(error, CoreUnavailable):
        return ServiceUnavailable("no answer")
    if isinstance(error, CoreError):
        return SanicException("not confirmed", status_code=409)
    raise error


def _text(body: Any, name: str) -> str:
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, str) or not 1 <= len(found) <= _LONGEST:
        raise InvalidUsage(name)
    return found
