"""The REST door: /api/v2, where the conversation comes from the token and never from the body."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import yaml
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from common.privacy.scrubber import Scrubber
from common.settings import ROOT, Settings
from custom_components.admin import desk_api
from custom_components.channels import history, linked_accounts
from custom_components.channels.chat_request import SESSION_ID, read_chat, read_form
from custom_components.channels.doors import DoorsBlueprint, asides_of, house_of, origin_of, reply, store_of, trace_id
from custom_components.channels.me_data import me_data
from custom_components.channels.turn import Route
from custom_components.security.errors import Forbidden, InvalidRequest, Missing, Unprocessable
from custom_components.security.tokens import Principal

OPENAPI = ROOT / "custom_components" / "channels" / "openapi.yml"
DESK_OPENAPI = ROOT / "custom_components" / "admin" / "desk.yml"
_LARGEST_NUMBER = 2**62


class RestV2Input(InputChannel):
    """`custom_components.channels.rest_v2.RestV2Input` in credentials.yml; takes no options."""

    def __init__(self, settings: Settings | None = None, scrubber: Scrubber | None = None) -> None:
        self._settings = settings
        self._scrubber = scrubber

    @classmethod
    def name(cls) -> str:
        return "rest_v2"

    def url_prefix(self) -> str:
        return "/api/v2"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes below /api/v2; registering it also furnishes the app (see doors.py)."""
        doors = DoorsBlueprint("rest_v2", self._settings, self._scrubber)
        description = described()

        async def chat(request: Request) -> HTTPResponse:
            house = house_of(request)
            principal = await _admit(request)
            asked = read_chat(request.headers.get("content-type"), request.body)
            turn = await house.sessions.begin(
                principal.subject, asked.session_id, asked.message_id, asked.message, self.name()
            )
            if turn.first_answer is not None:
                return reply(turn.first_answer)
            agent = getattr(request.app.ctx, "agent", None)
            route = Route(self.name(), agent, on_new_message, trace_id(request))
            return reply(await house.turns.answer(principal, turn, asked.message, route))

        async def openapi(request: Request) -> HTTPResponse:
            return reply(description)

        doors.add_route(chat, "/chat", methods=["POST"])
        doors.add_route(_token, "/auth/token", methods=["POST"])
        doors.add_route(_revoke, "/auth/revoke", methods=["POST"])
        doors.add_route(_sessions, "/sessions", methods=["GET"])
        # One route for both: with two, Sanic answers 404 instead of 405 to any other method.
        doors.add_route(_one_session, "/sessions/<session_id:str>", methods=["GET", "DELETE"])
        doors.add_route(_events, "/sessions/<session_id:str>/events", methods=["GET"])
        doors.add_route(me_data, "/me/data", methods=["GET", "DELETE"])
        doors.add_route(linked_accounts.hand_in, "/me/linked-accounts", methods=["POST"])
        doors.ctx.outside.append(linked_accounts.attach)
        doors.add_route(_inbox, "/demo/inbox", methods=["GET"])
        doors.add_route(openapi, "/openapi.json", methods=["GET"])
        desk_api.add_routes(doors)
        return doors


def described() -> dict[str, Any]:
    """The OpenAPI description of every door: each room describes its own."""
    description, desk = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (OPENAPI, DESK_OPENAPI))
    description["tags"] += desk["tags"]
    description["paths"] |= desk["paths"]
    description["components"]["schemas"] |= desk["schemas"]
    return description


async def _admit(request: Request) -> Principal:
    return await house_of(request).gate.admit(request.headers.get("authorization"), request.headers.get("x-api-key"))


async def _token(request: Request) -> HTTPResponse:
    form = dict(read_form(request.headers.get("content-type"), request.body))
    form |= _basic(request.headers.get("authorization"))
    granted = await house_of(request).gate.grant(form, origin_of(request).address)
    return reply(granted, headers={"Cache-Control": "no-store"})


async def _revoke(request: Request) -> HTTPResponse:
    principal = await _admit(request)
    token = read_form(request.headers.get("content-type"), request.body).get("token")
    if not token or "\0" in token:
        raise InvalidRequest("invalid_request", "The form field token is missing.")
    await house_of(request).gate.revoke(principal, token)
    return reply({})


async def _sessions(request: Request) -> HTTPResponse:
    principal = await _admit(request)
    rows = await house_of(request).sessions.list(principal.subject)
    return reply({"sessions": [_described(row) for row in rows]})


async def _one_session(request: Request, session_id: str) -> HTTPResponse:
    return await (_erase_session if request.method == "DELETE" else _session)(request, session_id)


async def _session(request: Request, session_id: str) -> HTTPResponse:
    _, session = await _own(request, session_id)
    return reply(_described(session) | {"messages": await history.messages(store_of(request), session_id)})


async def _events(request: Request, session_id: str) -> HTTPResponse:
    principal, _ = await _own(request, session_id)
    after = request.args.get("after", "0")
    if not after.isascii() or not after.isdigit() or int(after[:20]) > _LARGEST_NUMBER:
        raise Unprocessable("after_invalid", "after must be the id of an event, or 0.")
    house = house_of(request)
    held = await house.desk.holder(session_id)
    await house.notices.deliver(asides_of(request), session_id, None if held else principal.customer_id)
    return reply({"events": await history.messages(store_of(request), session_id, int(after))})


async def _erase_session(request: Request, session_id: str) -> HTTPResponse:
    _, session = await _own(request, session_id)
    store = store_of(request)
    async with request.app.ctx.agent.lock_store.lock(session_id):
        await store.erase(session_id)
        await house_of(request).sessions.erase(session["owner"], session_id)
    return empty()


async def _inbox(request: Request) -> HTTPResponse:
    house = house_of(request)
    if not house.settings.demo:
        raise Missing("not_found", "There is nothing here.")
    principal = await _admit(request)
    if principal.customer_id is None:
        raise Forbidden("customers_only", "Only a customer has an inbox.")
    return reply({"messages": await house.inbox.messages(principal.customer_id)})


async def _own(request: Request, session_id: str) -> tuple[Principal, dict[str, Any]]:
    principal = await _admit(request)
    if not SESSION_ID.match(session_id):
        raise Missing("session_not_found", "There is no such session.")
    return principal, await house_of(request).sessions.get(principal.subject, session_id)


def _described(session: dict[str, Any]) -> dict[str, Any]:
    return {
        "session_id": session["session_id"],
        "channel": session["channel"],
        "created_at": session["created_at"].isoformat(),
        "last_seen_at": session["last_seen_at"].isoformat(),
    }


def _basic(authorization: str | None) -> Mapping[str, str]:
    """Client credentials from HTTP Basic (RFC 6749, 2.3.1); nothing when there is none."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidRequest("invalid_request", "The client's credentials cannot be read.") from None
    return {"client_id": client_id, "client_secret": secret}
