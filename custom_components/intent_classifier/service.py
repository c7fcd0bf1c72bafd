"""The classifier as a process of its own, for `engine: remote`.

`python -m custom_components.intent_classifier.service --engine torch-bf16 --port 5006` starts it.
`POST /features` (Bearer secret) answers sentences with features, `GET /health` says that it stands. Sentences are
neither kept nor logged. It is bound to this machine; on another interface, keep it in a private network or behind TLS.
"""

from __future__ import annotations

import argparse
import hmac
import logging
import os
import socket
import sys
import uuid
from pathlib import Path

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.request import Request
from sanic.response import HTTPResponse, json

from common.http_request import CheckedRequest
from common.settings import ROOT, home
from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier.base_files import BaseModelError
from custom_components.intent_classifier.batching import MicroBatcher
from custom_components.intent_classifier.engines import loaded, wire
from custom_components.intent_classifier.engines.engine import EngineBusy, EngineError
from custom_components.security.errors import InvalidRequest, Refusal, Unauthenticated, Unavailable, shape

logger = logging.getLogger(__name__)
PORT = 5006
LEAST_SECRET_LENGTH = 16
_BACKLOG = 128
_CODES = {404: "not_found", 405: "method_not_allowed", 408: "request_timeout", 413: "body_too_large"}


def service(batcher: MicroBatcher, digest: str, secret: str) -> Sanic:
    """The app around a running engine of the artefact named by `digest`; callers show `secret` as Bearer token."""
    app = Sanic("teller_classifier", configure_logging=False, request_class=CheckedRequest)
    app.config.REQUEST_MAX_SIZE = wire.MAX_BODY_BYTES
    app.config.ACCESS_LOG = False
    app.error_handler = ErrorHandler()
    app.error_handler.add(Exception, _refuse)
    expected = f"Bearer {secret}".encode()

    async def features(request: Request) -> HTTPResponse:
        shown = request.headers.get("authorization", "").encode(errors="surrogateescape")
        if not hmac.compare_digest(shown, expected):
            raise Unauthenticated("unauthorized", "Show the service's secret as Bearer token.")
        try:
            found = await batcher.features_soon(wire.texts_of(request.body))
        except wire.WireError as error:
            raise InvalidRequest("invalid_request", str(error)) from None
        except EngineBusy:
            raise Unavailable("busy", "Too many sentences are waiting; ask again shortly.", retry_after=1) from None
        return json(wire.answer(found, digest))

    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ready", "engine": batcher.name, "digest": digest})

    app.add_route(features, wire.FEATURES, methods=["POST"])
    app.add_route(health, wire.HEALTH, methods=["GET"])
    return app


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal; an expected failure is one line on standard error and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m custom_components.intent_classifier.service", description=__doc__)
    parser.add_argument("--engine", default="torch-bf16", choices=sorted(set(loaded.ENGINES) - {"remote"}))
    parser.add_argument("--artifact", type=Path, default=ROOT / "models" / "intents")
    parser.add_argument("--interface", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=PORT, help="0 takes a free one")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        secret = _secret()
        listener = _listen(options.interface, options.port)
        artifact = artifacts.load(options.artifact)
        batcher = loaded.batched(options.engine, artifact, home() / "engines")
    except (artifacts.ArtifactError, BaseModelError, EngineError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    host, port = listener.getsockname()[:2]
    print(f"classifier service at http://{host}:{port}, {batcher.name}, artefact {artifact.digest[:16]}", flush=True)
    service(batcher, artifact.digest, secret).run(sock=listener, access_log=False, motd=False)
    batcher.close()
    return 0


def _secret() -> str:
    secret = os.environ.get(wire.TOKEN_VARIABLE, "")
    if len(secret) < LEAST_SECRET_LENGTH:
        raise EngineError(
            f"classifier service: set {wire.TOKEN_VARIABLE} to a secret of at least {LEAST_SECRET_LENGTH} characters"
        )
    return secret


def _listen(interface: str, port: int) -> socket.socket:
    try:
        return socket.create_server((interface, port), backlog=_BACKLOG)
    except OSError as error:
        raise EngineError(f"classifier service: cannot listen at {interface}:{port}: {error.strerror}") from error


async def _refuse(_: Request, error: Exception) -> HTTPResponse:
    """The one error shape; what went wrong inside is logged without the exception's text."""
    trace_id = uuid.uuid4().hex
    if isinstance(error, Refusal):
        return json(shape(error.code, error.message, trace_id), error.status, error.headers)
    status = error.status_code if isinstance(error, SanicException) else 500
    if status >= 500:
        logger.error("request failed trace_id=%s error=%s", trace_id, type(error).__name__)
        return json(shape("internal_error", "The classifier failed; its log says why.", trace_id), status)
    code = _CODES.get(status, "bad_request")
    return json(shape(code, f"The request is refused: {code.replace('_', ' ')}.", trace_id), status)


if __name__ == "__main__":
    sys.exit(main())
