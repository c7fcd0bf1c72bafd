"""The shell's channel: always the demo customer, never what the console claims."""

from __future__ import annotations

import json
import socket

import httpx
from rasa.core.channels.channel import register
from rasa.core.run import _create_app_without_api
from sanic import Sanic

from common import assertion, keys
from common.demo import CUSTOMERS
from custom_components.channels.cmdline import CmdlineInput


async def test_shell_talks_as_alex_and_shows_the_inbox(settings, fake_agent, monkeypatch):
    for name, value in (("TELLER_HOME", settings.home), ("DATABASE_URL", settings.database_url)):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    Sanic._app_registry.clear()
    monkeypatch.setattr(Sanic, "test_mode", True)
    app = _create_app_without_api(None)
    register([CmdlineInput()], app, route="/webhooks/")
    app.ctx.agent = fake_agent
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(10)
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        await server.startup()
        await server.before_start()
        await server.after_start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/rest/webhook?stream=true&token="
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            first = await client.post(url, json={"sender": "somebody", "message": "hello"})
            await app.ctx.house.inbox.push(CUSTOMERS["alex"], "sms", "Your code is 424242.", code="424242")
            second = await client.post(url, json={"sender": "somebody", "message": "go on"})
        await server.close()
        await server.after_stop()
    assert [json.loads(line) for line in first.text.splitlines()] == [{"text": "heard hello"}]
    lines = [json.loads(line) for line in second.text.splitlines()]
    assert lines == [{"text": "[sms] Your code is 424242."}, {"text": "heard go on"}]
    message = fake_agent.received[-1]
    assert message.sender_id.startswith("shell-")
    caller = assertion.verify(keys.load(settings), message.metadata["assertion"], message.sender_id)
    assert caller.customer_id == CUSTOMERS["alex"]
