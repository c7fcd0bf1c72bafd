"""A real server of the doors on a free port, over real PostgreSQL and Redis; only Rasa's agent is hand-written."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from psycopg_pool import PoolTimeout
from rasa.core.channels.channel import UserMessage, register
from rasa.core.run import _create_app_without_api
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from common.privacy.scrubber import Scrubber
from common.settings import Settings
from custom_components.channels.rest_v2 import RestV2Input
from custom_components.lock_store.store import RedisTurnLockStore
from custom_components.security import demo_logins
from custom_components.tracker_store.store import PostgresTrackerStore

BUTTONS = [{"title": "Yes", "payload": "/affirm"}]


class FakeAgent:
    """Answers every message by its words, and remembers what Rasa would have been given."""

    model_id = "fake"

    def __init__(self, settings: Settings, scrubber: Scrubber) -> None:
        self.parsed: list[str] = []
        self.received: list[UserMessage] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.action_endpoint = None
        self.processor = SimpleNamespace()
        self.tracker_store = PostgresTrackerStore(domain=Domain.empty(), scrubber=scrubber, settings=settings)
        self.lock_store = RedisTurnLockStore(redis_url=settings.redis_url)

    def is_ready(self) -> bool:
        return True

    async def parse_message(self, message_data: str) -> dict[str, Any]:
        self.parsed.append(message_data)
        shortcut = message_data.startswith("/")
        return {
            "text": message_data,
            "intent": {"name": message_data[1:] if shortcut else "check_balance", "confidence": 0.91},
            "intent_ranking": [{"name": "check_balance", "confidence": 0.91}, {"name": "greet", "confidence": 0.02}],
            "entities": [{"entity": "iban", "value": "GB29 NWBK 6016 1331 9268 19", "start": 0, "end": 4}],
        }

    async def handle_message(self, message: UserMessage) -> None:
        self.received.append(message)
        await self.gate.wait()
        if message.text == "explode":
            raise RuntimeError("secret words of the customer")
        if message.text == "unplug":
            raise PoolTimeout
        if message.text == "say nothing":
            return
        if message.text == "offer":
            await message.output_channel.send_text_with_buttons(message.sender_id, "Sure?", BUTTONS)
        else:
            await message.output_channel.send_text_message(message.sender_id, f"heard {message.text}")
        tracker = DialogueStateTracker.from_events(message.sender_id, [])
        tracker.update_with_events(
            [UserUttered("my card is 4111 1111 1111 1111", parse_data=message.parse_data), BotUttered("I see.")], None
        )
        await self.tracker_store.save(tracker)


class House:
    """A running server: `client` speaks to it, `agent` is what stands behind it, `app` is Sanic's."""

    def __init__(self, app: Sanic, client: httpx.AsyncClient, agent: FakeAgent, passwords: dict[str, str]) -> None:
        self.app = app
        self.client = client
        self.agent = agent
        self._passwords = passwords

    async def grant(self, **form: str) -> httpx.Response:
        return await self.client.post("/api/v2/auth/token", data=form)

    async def log_in(self, login: str = "alex") -> dict[str, Any]:
        answer = await self.grant(grant_type="password", username=login, password=self._passwords[login])
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def bearer(self, login: str = "alex") -> dict[str, str]:
        return {"Authorization": f"Bearer {(await self.log_in(login))['access_token']}"}

    async def chat(self, headers: dict[str, str], message: str, **fields: str) -> httpx.Response:
        return await self.client.post("/api/v2/chat", json={"message": message, **fields}, headers=headers)

    async def raw_chat(self, headers: dict[str, str], body: bytes, kind: str = "application/json") -> httpx.Response:
        return await self.client.post("/api/v2/chat", content=body, headers=headers | {"Content-Type": kind})


@pytest.fixture(scope="session")
def scrubber() -> Scrubber:
    return Scrubber()


@pytest.fixture
def fake_agent(settings: Settings, scrubber: Scrubber) -> FakeAgent:
    return FakeAgent(settings, scrubber)


@pytest.fixture
def rate_limit() -> int:
    return 10_000


@pytest.fixture
async def house(
    settings: Settings, scrubber: Scrubber, rate_limit: int, fake_agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    Sanic._app_registry.clear()
    monkeypatch.setattr(Sanic, "test_mode", True)  # lets more than one server start in a process
    app = _create_app_without_api(None)
    own = dataclasses.replace(settings, rate_limit=rate_limit)
    register([RestV2Input(own, scrubber)], app, route="/webhooks/")
    app.ctx.agent = fake_agent
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.before_start()
        await server.after_start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        passwords = {name: entry["password"] for name, entry in demo_logins.read(settings).items()}
        async with httpx.AsyncClient(base_url=address, timeout=20, trust_env=False) as client:
            yield House(app, client, fake_agent, passwords)
        await server.close()
        await server.after_stop()


@pytest.fixture
def error_of() -> Callable[[httpx.Response], dict[str, str]]:
    """The error of a response that has exactly the one shape."""

    def read(response: httpx.Response) -> dict[str, str]:
        body = json.loads(response.text)
        assert set(body) == {"error"}, body
        assert set(body["error"]) == {"code", "message", "trace_id"}
        assert all(isinstance(value, str) and value for value in body["error"].values())
        assert response.headers["content-type"].startswith("application/json")
        return body["error"]

    return read
