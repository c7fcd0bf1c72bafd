"""The doors of the agents' desk, below /api/v2/admin/desk: for the role agent only."""

from __future__ import annotations

import re
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from custom_components.admin.desk import Ticket
from custom_components.channels import history
from custom_components.channels.chat_request import read_json, read_message
from custom_components.channels.doors import asides_of, house_of, reply, store_of
from custom_components.security.errors import Forbidden, Missing, Unprocessable
from custom_components.security.tokens import Principal

ROLE = "agent"
_PREFIX = "/admin/desk/tickets"
_NUMBER = re.compile(r"T-[0-9]{1,12}\Z")
_NAME = re.compile(r"[^\W\d_][\w' .-]{0,39}\Z")
_LARGEST = 2**62


def add_routes(doors: Blueprint) -> None:
    """Register the desk with the doors below /api/v2."""
    doors.add_route(_queue, _PREFIX, methods=["GET"], name="desk_queue")
    doors.add_route(_read, f"{_PREFIX}/<number:str>", methods=["GET"], name="desk_read")
    doors.add_route(_take, f"{_PREFIX}/<number:str>/take", methods=["POST"], name="desk_take")
    doors.add_route(_say, f"{_PREFIX}/<number:str>/messages", methods=["POST"], name="desk_say")
    doors.add_route(_hand_back, f"{_PREFIX}/<number:str>/hand-back", methods=["POST"], name="desk_hand_back")
    doors.add_route(_close, f"{_PREFIX}/<number:str>/close", methods=["POST"], name="desk_close")


async def _queue(request: Request) -> HTTPResponse:
    await _agent(request)
    return reply({"tickets": [_described(ticket) for ticket in await house_of(request).desk.queue()]})


async def _read(request: Request, number: str) -> HTTPResponse:
    """A ticket with its scrubbed conversation after an event; the one who holds it, or anybody while it waits."""
    agent = await _agent(request)
    after = request.args.get("after", "0")
    if not after.isascii() or not after.isdigit() or int(after[:20]) > _LARGEST:
        raise Unprocessable("after_invalid", "after must be the id of an event, or 0.")
    ticket = await house_of(request).desk.find(_numbered(number))
    if ticket.agent_id not in (None, agent.subject):
        raise Forbidden("ticket_not_yours", "Another agent holds this ticket.")
    said = await history.messages(store_of(request), ticket.session_id, int(after))
    return reply(_described(ticket) | {"messages": said})


async def _take(request: Request, number: str) -> HTTPResponse:
    agent = await _agent(request)
    house = house_of(request)
    name = read_json(request.headers.get("content-type"), request.body).get("name") if request.body else None
    if name is None:
        name = (await house.desk.login_of(agent.subject) or ROLE).capitalize()
    if not isinstance(name, str) or not _NAME.match(name):
        raise Unprocessable("name_invalid", "name must be a name of at most 40 letters.")
    ticket = await house.desk.take(_numbered(number), agent.subject, name)
    await house.notices.deliver(asides_of(request), ticket.session_id, None)
    return reply(_described(ticket))


async def _say(request: Request, number: str) -> HTTPResponse:
    agent = await _agent(request)
    house = house_of(request)
    text = read_message(read_json(request.headers.get("content-type"), request.body), "text")
    ticket = await house.desk.own(_numbered(number), agent.subject)
    await house.notices.deliver(asides_of(request), ticket.session_id, None)
    await asides_of(request).agent_says(ticket.session_id, text)
    await house.desk.answered(ticket.number, agent.subject)
    return reply(_described(ticket), 201)


async def _hand_back(request: Request, number: str) -> HTTPResponse:
    return await _end(request, number, "handed_back")


async def _close(request: Request, number: str) -> HTTPResponse:
    return await _end(request, number, "closed")


async def _end(request: Request, number: str, how: str) -> HTTPResponse:
    agent = await _agent(request)
    ticket = await house_of(request).desk.end(_numbered(number), agent.subject, how)
    await house_of(request).notices.deliver(asides_of(request), ticket.session_id, None)
    return reply(_described(ticket) | {"status": "closed"})


async def _agent(request: Request) -> Principal:
    headers = request.headers
    principal = await house_of(request).gate.admit(headers.get("authorization"), headers.get("x-api-key"))
    if principal.role != ROLE:
        raise Forbidden("agents_only", "Only an agent may work at the desk.")
    return principal


def _numbered(number: str) -> str:
    if not _NUMBER.match(number):
        raise Missing("ticket_not_found", "There is no such open ticket.")
    return number


def _described(ticket: Ticket) -> dict[str, Any]:
    """A ticket as agents see it: the conversation by its number, never by its session or customer."""
    return {
        "number": ticket.number,
        "reason": ticket.reason,
        "priority": ticket.priority,
        "status": ticket.status,
        "agent": ticket.agent,
        "logged_in": ticket.customer_id is not None,
        "created_at": ticket.created_at.isoformat(),
        "joined_at": ticket.joined_at.isoformat() if ticket.joined_at else None,
        "gives_up_at": ticket.gives_up_at.isoformat() if ticket.gives_up_at else None,
    }
