"""What holds for the whole server: one error shape, trace ids, pages, health and metrics; no Rasa endpoints.

A channel only gets a blueprint from Rasa. This blueprint takes the app it is registered with and furnishes it.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import asdict
from functools import partial
from json import dumps
from typing import Any

from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from redis import exceptions as redis_errors
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, json, raw

from common import processes
from common.http_request import CheckedRequest
from common.keys import KeyringError
from common.privacy.scrubber import Scrubber
from common.settings import Settings, SettingsError
from custom_components.channels import pages
from custom_components.channels.asides import Asides
from custom_components.channels.chat_request import MAX_BODY_BYTES
from custom_components.channels.house import House, action_url
from custom_components.channels.turn import log_failure
from custom_components.health import audit_figures, schedule_figures
from custom_components.health.checks import readiness
from custom_components.health.metrics import CONTENT_TYPE, Metrics
from custom_components.security.errors import Refusal, Unavailable, shape
from custom_components.security.origin import Origin, arrives
from custom_components.tracker_store import guard
from custom_components.tracker_store.store import PostgresTrackerStore, TrackerStoreError

logger = logging.getLogger(__name__)

# Far more than a body may have, so that an oversized one is usually read to its end and its sender hears why.
_MAX_READ_BYTES = 16 * MAX_BODY_BYTES
# A turn may wait for an action of up to 300 s.
_RESPONSE_TIMEOUT_S = 320
_HIDDEN_MODULES = ("rasa.server", "rasa.core.channels.rest")
_CODES = {
    400: ("bad_request", "The request cannot be understood."),
    401: ("unauthorized", "Log in first."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This method is not offered here."),
    408: ("request_timeout", "The request took too long to arrive."),
    413: ("body_too_large", "The body is larger than 64 KiB."),
    503: ("unavailable", "The answer takes too long; ask again."),
}
# A database, a Redis or a pool of connections that is not there.
_AWAY = (OperationalError, PoolTimeout, TrackerStoreError, redis_errors.ConnectionError, redis_errors.TimeoutError)
_plain_json = partial(dumps, ensure_ascii=False, separators=(",", ":"))
_DIGITS_TO_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_INTERNAL = ("internal_error", "Something went wrong on our side.")


class DoorsBlueprint(Blueprint):
    """A channel's blueprint that also furnishes the app; what is None is made at the start.

    `ctx.outside` are functions that add routes which do not lie below the channel's prefix.
    """

    def __init__(self, name: str, settings: Settings | None = None, scrubber: Scrubber | None = None) -> None:
        super().__init__(name)
        self.ctx.settings = settings
        self.ctx.scrubber = scrubber
        self.ctx.outside = []

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        super().register(app, options)
        _furnish(app, self.ctx.settings, self.ctx.scrubber)
        for attach in self.ctx.outside:
            attach(app)


def origin_of(request: Request) -> Origin:
    """Whence a request comes, as far as it can be believed."""
    proxies, headers = house_of(request).proxies, request.headers
    told = headers.get(proxies.country_header) if proxies.country_header else None
    return proxies.origin(request.ip, headers.getall("x-forwarded-for", []), told)


def house_of(request: Request) -> House:
    """The house that the server opened at its start."""
    return request.app.ctx.house


def store_of(request: Request) -> PostgresTrackerStore:
    """The conversations; raises Unavailable while the model still loads."""
    store = getattr(request.app.ctx, "store", None)
    if store is None:
        raise Unavailable("not_ready", "The assistant is still starting.", retry_after=5)
    return store


def asides_of(request: Request) -> Asides:
    """The conversations between their turns; raises Unavailable while the model still loads."""
    return Asides(store_of(request), request.app.ctx.agent.lock_store)


def trace_id(request: Request) -> str:
    """The id by which a request is found in the logs."""
    if not hasattr(request.ctx, "trace_id"):
        # Letters alone: a scrubber takes some digits among hexadecimal ones for a card or telephone number.
        request.ctx.trace_id = uuid.uuid4().hex.translate(_DIGITS_TO_LETTERS)
    return request.ctx.trace_id


def reply(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> HTTPResponse:
    """A JSON answer, readable as it is: no escaped slashes, no escaped letters."""
    return json(body, status=status, headers=headers, dumps=_plain_json)


def _furnish(app: Sanic, settings: Settings | None, scrubber: Scrubber | None) -> None:
    metrics = Metrics()
    app.config.REQUEST_MAX_SIZE = _MAX_READ_BYTES
    app.config.RESPONSE_TIMEOUT = _RESPONSE_TIMEOUT_S
    app.config.ACCESS_LOG = False
    app.request_class = CheckedRequest
    _close_cors(app)
    app.error_handler = ErrorHandler()
    app.error_handler.add(Exception, _refuse)
    app.register_middleware(_enter, "request")

    async def leave(request: Request, response: BaseHTTPResponse) -> None:
        _leave(metrics, request, response)

    async def open_house(app: Sanic, _: Any) -> None:
        try:
            app.ctx.house = await House.open(metrics, settings, scrubber)
        except (SettingsError, KeyringError) as error:
            raise SystemExit(f"error: {error}") from None

    async def close_house(app: Sanic, _: Any) -> None:
        await app.ctx.house.close()
        await app.ctx.store.close()

    async def show_metrics(request: Request) -> HTTPResponse:
        house = house_of(request)
        metrics.audit(await audit_figures.read(house.audit_pool))
        metrics.schedules(await schedule_figures.read(house.audit_pool))
        metrics.processes(processes.read(house.settings.home))
        return raw(metrics.text(), content_type=CONTENT_TYPE)

    app.register_middleware(leave, "response")
    app.register_listener(open_house, "before_server_start")
    app.register_listener(_accept_agent, "after_server_start")
    app.register_listener(close_house, "after_server_stop")
    app.add_route(show_metrics, "/metrics", methods=["GET"], name="metrics")
    app.add_route(_live, "/health/live", methods=["GET"], name="health_live")
    app.add_route(_ready, "/health/ready", methods=["GET"], name="health_ready")
    app.add_route(_asset, "/assets/<name:path>", methods=["GET"], name="assets")


def _close_cors(app: Sanic) -> None:
    # Rasa puts sanic-cors on every route, with an empty origin that matches any: without resources it is silent.
    cors = getattr(app.ctx, "sanic_cors", None)
    if cors is not None:
        cors.resources = []


async def _accept_agent(app: Sanic, _: Any) -> None:
    agent = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        raise SystemExit("error: no Rasa model could be loaded; the log says why. Train one: make train")
    app.ctx.store = guard.enforce(agent)
    await app.ctx.store.open()
    await app.ctx.house.prove_understanding(agent)


async def _enter(request: Request) -> HTTPResponse | None:
    trace_id(request)
    arrives(origin_of(request))
    handler = getattr(request.route, "handler", None)
    if getattr(handler, "__module__", "").startswith(_HIDDEN_MODULES):
        return pages.page() if request.path == "/" else _error(request, 404, *_CODES[404])
    return None


def _leave(metrics: Metrics, request: Request, response: BaseHTTPResponse) -> None:
    response.headers["X-Trace-Id"] = trace_id(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-store")
    route = getattr(request.route, "path", None)
    metrics.request(request.method, f"/{route}" if route is not None else "none", response.status)


def _refuse(request: Request, error: Exception) -> HTTPResponse:
    if isinstance(error, _AWAY):
        log_failure(error, trace_id(request))
        error = Unavailable("unavailable", "A part of the bank does not answer just now; ask again.", retry_after=5)
    if isinstance(error, Refusal):
        house_of(request).audit.denied(error, getattr(request.route, "path", ""), origin_of(request).address)
        return _error(request, error.status, error.code, error.message, error.headers)
    status = error.status_code if isinstance(error, SanicException) else 500
    code, message = _CODES.get(status, _CODES[400] if 400 <= status < 500 else _INTERNAL)
    if status >= 500:
        log_failure(error, trace_id(request))
    sent = getattr(error, "headers", {})
    headers = {"Allow": sent["Allow"]} if "Allow" in sent else {}
    return _error(request, status, code, message, headers)


def _error(
    request: Request, status: int, code: str, message: str, headers: dict[str, str] | None = None
) -> HTTPResponse:
    return reply(shape(code, message, trace_id(request)), status, headers)


async def _live(request: Request) -> HTTPResponse:
    return reply({"status": "alive"})


async def _ready(request: Request) -> HTTPResponse:
    agent = getattr(request.app.ctx, "agent", None)
    house = house_of(request)
    ready, body = await readiness(house.checks(agent, action_url(agent)))
    kept = processes.read(house.settings.home)
    if kept:
        body["processes"] = {name: asdict(state) for name, state in kept.items()}
    return reply(body, 200 if ready else 503)


async def _asset(request: Request, name: str) -> HTTPResponse:
    return pages.asset(name)
