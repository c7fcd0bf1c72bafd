"""Rasa's shell as a demo customer: the channel that `make shell` registers under Rasa's name `cmdline`.

Rasa's console posts to its REST webhook; here that webhook is bound to one customer and one fresh session, both
chosen by the server, so what the console sends as sender is not looked at. `python -m
custom_components.channels.cmdline MODEL [ENDPOINTS]` serves it to this machine only, on a free port.
"""

from __future__ import annotations

import json
import logging.config
import socket
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.utils.log_utils import configure_structlog
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from common import demo, log
from common.settings import ROOT, home
from custom_components.channels.chat_request import read_chat
from custom_components.channels.doors import DoorsBlueprint, house_of, trace_id
from custom_components.channels.turn import Route
from custom_components.security.errors import Forbidden, Refusal
from custom_components.security.tokens import Principal

CUSTOMER = "alex"


class CmdlineInput(InputChannel):
    """`custom_components.channels.cmdline.CmdlineInput`, given as connector to Rasa's server."""

    def __init__(self) -> None:
        self._principal = Principal(f"shell:{uuid.uuid4()}", "customer", demo.CUSTOMERS[CUSTOMER])
        self._session_id = f"shell-{uuid.uuid4().hex}"
        self._seen: set[tuple[str, str]] | None = None

    @classmethod
    def name(cls) -> str:
        return "cmdline"

    def url_prefix(self) -> str:
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The webhook that Rasa's console talks to: a JSON line for every response."""
        doors = DoorsBlueprint("cmdline")

        async def webhook(request: Request) -> HTTPResponse:
            if self._seen is None:
                await self._news(request)
            try:
                responses = await self._talk(request, on_new_message)
            except Refusal as refusal:  # Rasa's console ends on an error status
                responses = [{"text": refusal.message}]
            body = "".join(f"{json.dumps(line)}\n" for line in [*await self._news(request), *responses])
            return raw(body.encode(), content_type="text/event-stream")

        doors.add_route(webhook, "/webhook", methods=["POST"])
        return doors

    async def _talk(
        self, request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> list[dict[str, Any]]:
        house = house_of(request)
        if not house.settings.demo:
            raise Forbidden("demo_only", "The shell speaks as a demo customer; there is none in production.")
        asked = read_chat(request.headers.get("content-type"), request.body)
        turn = await house.sessions.begin(
            self._principal.subject, self._session_id, asked.message_id, asked.message, self.name()
        )
        route = Route(self.name(), getattr(request.app.ctx, "agent", None), on_new_message, trace_id(request))
        return (await house.turns.answer(self._principal, turn, asked.message, route))["responses"]

    async def _news(self, request: Request) -> list[dict[str, str]]:
        """What the bank sent since the last turn, oldest first, as lines of their own."""
        messages = await house_of(request).inbox.messages(demo.CUSTOMERS[CUSTOMER])
        marks = {(message["sent_at"], message["text"]) for message in messages}
        known, self._seen = self._seen or set(), marks
        return [
            {"text": f"[{message['kind']}] {message['text']}"}
            for message in reversed(messages)
            if (message["sent_at"], message["text"]) not in known
        ]


def main() -> None:
    """Serve the shell for one model archive until `/stop`."""
    if len(sys.argv) not in (2, 3):
        raise SystemExit("usage: python -m custom_components.channels.cmdline MODEL [ENDPOINTS]")
    logs = home() / "logs"
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.config.dictConfig(log.configuration(logs / "shell.log"))
    configure_structlog(logging.INFO)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve_application(
        sys.argv[1],
        channel=f"custom_components.channels.cmdline.{CmdlineInput.__name__}",
        interface="127.0.0.1",
        port=port,
        enable_api=False,
        endpoints=AvailableEndpoints.read_endpoints(sys.argv[2] if len(sys.argv) == 3 else str(ROOT / "endpoints.yml")),
    )


if __name__ == "__main__":
    main()
