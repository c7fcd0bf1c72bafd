"""The action server as rasa_sdk starts it, with our extensions: what it refuses, it does not repeat."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from rasa_sdk.endpoint import create_app
from rasa_sdk.plugin import plugin_manager
from sanic import Sanic

SECRET = "GB29 NWBK 6016 1331 9268 19"


@pytest_asyncio.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    Sanic._app_registry.clear()
    monkeypatch.setattr(Sanic, "test_mode", True)  # lets more than one server start in a process
    monkeypatch.setenv("SANIC_HOST", "")  # so that its absence is undone afterwards
    monkeypatch.delenv("SANIC_HOST")
    app = create_app("actions")
    plugin_manager().hook.attach_sanic_app_extensions(app=app)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(10)
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=10, trust_env=False) as http:
            yield http
        await server.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"next_action": "action_greet", "tracker": "%s"}' % SECRET.encode(), 500),
        (b'["%s"]' % SECRET.encode(), 500),
        (b'{"text": "%s"' % SECRET.encode(), 400),
        (b'{"text": "\xff%s"}' % SECRET.encode(), 400),
        (b'{"next_action": "%s", "tracker": {"sender_id": "x"}, "domain": {}}' % SECRET.encode(), 404),
    ],
)
async def test_an_error_does_not_repeat_the_request(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, body: bytes, status: int
) -> None:
    answer = await client.post("/webhook", content=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert SECRET not in answer.text
    assert status == 404 or SECRET not in caplog.text


async def test_no_other_origin_may_call(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health", headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_it_listens_on_loopback_unless_told_otherwise(client: httpx.AsyncClient) -> None:
    assert os.environ["SANIC_HOST"] == "127.0.0.1"
