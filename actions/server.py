"""The action server's own behaviour, over rasa_sdk's: on loopback, no CORS, and errors that repeat nothing.

rasa_sdk binds every address, answers an error with the whole request (the customer's conversation and the signed
assertion in it), logs it, and lets pages of any origin call it.
"""

from __future__ import annotations

import asyncio
import os

import pluggy
import structlog
from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, json

from actions import house, linked_door, refusals, rights_door
from actions.caller import place
from common import key_service, keys, settings
from common.http_request import CheckedRequest
from common.keys import KeyringError
from common.settings import SettingsError

log = structlog.get_logger(__name__)


@pluggy.HookimplMarker("rasa_sdk")
def attach_sanic_app_extensions(app: Sanic) -> None:
    """Called by rasa_sdk when its app stands, before it takes the address to bind."""
    os.environ.setdefault("SANIC_HOST", "127.0.0.1")
    app.ctx.sanic_cors.resources = []
    app.request_class = CheckedRequest
    app.error_handler = ErrorHandler()
    app.error_handler.add(Exception, _refuse)
    app.register_middleware(_forget_unknown_action, "response")
    app.register_middleware(_note_address, "request")
    app.register_listener(_prove, "before_server_start")
    app.register_listener(_leave, "before_server_stop")
    rights_door.attach(app)
    linked_door.attach(app)


async def _note_address(request: Request) -> None:
    refusals.comes_from(request.ip)


async def _prove(*_: object) -> None:
    try:
        await key_service.prove(keys.load(await asyncio.to_thread(settings.load)))
    except (SettingsError, KeyringError) as error:
        raise SystemExit(f"error: {error}") from None


async def _leave(*_: object) -> None:
    await house.close()


async def _refuse(_: Request, error: Exception) -> HTTPResponse:
    status = error.status_code if isinstance(error, SanicException) else 500
    if status >= 500:
        log.error("action_call_failed", error=type(error).__name__, where=place(error))
    return _error(status)


async def _forget_unknown_action(_: Request, response: BaseHTTPResponse) -> HTTPResponse | None:
    """In place of rasa_sdk's answer that repeats the name of an action it does not have."""
    return _error(404) if response.status == 404 else None


def _error(status: int) -> HTTPResponse:
    known = {400: "Bad request", 404: "Not found", 405: "Method not allowed", 413: "Too large"}
    return json({"error": known.get(status, "Refused" if status < 500 else "The action failed")}, status)
