"""The customer's own data at the door: a copy of all of it, then nothing that names them anywhere."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio
from rasa_sdk.endpoint import create_app
from rasa_sdk.plugin import plugin_manager
from sanic import Sanic

from actions import house as action_house
from actions.bank.bootstrap import utc_now
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.seed_customer import CustomerSeed
from common import assertion, keys
from common.assertion import ERASE, EXPORT
from common.inbox import Inbox
from common.settings import Settings
from custom_components.security.identities import hash_password
from tests.integration.doors.conftest import House

NAME, EMAIL, PAYEE = "Quillon", "quillon.zabriskie@example.org", "Ysolde Brandywine"
CONTENT: dict[str, Any] = {
    "customer": {"plan": "standard", "country": "GB", "timezone": "Europe/London", "base_currency": "GBP"},
    "personal": {
        "first_name": NAME,
        "last_name": "Zabriskie",
        "email": EMAIL,
        "phone": "+44 7700 900123",
        "address": "7 Larkspur Rise, Leeds",
    },
    "accounts": {"Main": {"currency": "GBP", "opening": 1000, "opened": "-100d"}},
    "payees": {PAYEE: {"bban": "GB NWBK60161331926819", "currency": "GBP"}},
    "devices": {f"{NAME}'s phone": {"platform": "ios", "trusted": True, "last_seen": "-1d"}},
}
SECRETS = (NAME, EMAIL, "900123", "Larkspur", "Ysolde", "Brandywine")


@pytest_asyncio.fixture
async def customer_id(settings: Settings) -> str:
    """A customer of the bank who can log in as `q-<id>` with the password `zabriskie`."""
    customer = str(uuid4())
    number = str(uuid4().int)[:14]
    accounts = {"Main": {**CONTENT["accounts"]["Main"], "bban": f"GB TLLR{number}"}}
    pool = await open_bank_pool(settings, 1)
    async with pool.connection() as connection:
        sealer = Sealer(keys.load(settings))
        assert await CustomerSeed(connection, sealer, utc_now(), customer, {**CONTENT, "accounts": accounts}).add()
    await pool.close()
    with psycopg.connect(settings.database_url) as connection:
        connection.execute(
            "INSERT INTO identity.users (login, password_hash, role, customer_id) VALUES (%s, %s, 'customer', %s)",
            (f"q-{customer}", hash_password("zabriskie"), customer),
        )
    return customer


@pytest_asyncio.fixture
async def action_server(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The action server, where the assistant expects it."""
    monkeypatch.setattr(action_house, "_opening", None)
    opened = await action_house.house()
    app = create_app("actions")
    plugin_manager().hook.attach_sanic_app_extensions(app=app)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(10)
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Ignored below: in place of Rasa's endpoint
        house.agent.action_endpoint = SimpleNamespace(url=f"{address}/webhook")  # type: ignore[assignment]
        async with httpx.AsyncClient(base_url=address, timeout=20, trust_env=False) as client:
            yield client
        await server.close()
    await opened.bank.close()
    Sanic._app_registry.clear()


def dump(settings: Settings) -> str:
    """Every column of every table, as text."""
    with psycopg.connect(settings.database_url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
        ).fetchall()
        return "\n".join(
            str(row[0])
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text FROM {table} t").fetchall()
        )


async def test_a_customer_gets_everything_and_leaves_nothing(
    settings: Settings, house: House, action_server: httpx.AsyncClient, customer_id: str
) -> None:
    form = {"grant_type": "password", "username": f"q-{customer_id}", "password": "zabriskie"}
    granted = (await house.grant(**form)).json()
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    said = (await house.chat(bearer, "what is my balance?")).json()
    inbox = Inbox(house.app.ctx.house.redis, keys.load(settings))
    await inbox.push(customer_id, "sms", f"hello {NAME}")

    copy = await house.client.get("/api/v2/me/data", headers=bearer)
    assert copy.status_code == 200
    held = copy.json()
    assert held["profile"][0]["email"] == EMAIL
    assert held["accounts"][0]["iban"].startswith("GB")
    assert [payee["name"] for payee in held["payees"]] == [PAYEE]
    assert held["records"]["entries"][0]["amount_minor"] == 1000
    assert [talk["session_id"] for talk in held["conversations"]] == [said["session_id"]]
    assert held["conversations"][0]["messages"]
    assert held["login"]["login"] == f"q-{customer_id}"
    assert "hash" not in copy.text

    erased = await house.client.delete("/api/v2/me/data", headers=bearer)
    assert erased.status_code == 200
    stored = dump(settings)
    assert [secret for secret in SECRETS if secret in stored] == []
    assert said["session_id"] not in await house.agent.tracker_store.keys()
    assert await inbox.messages(customer_id) == []
    assert (await house.client.get("/api/v2/sessions", headers=bearer)).status_code == 401
    assert (await house.grant(**form)).status_code == 400
    refresh = await house.grant(grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert refresh.status_code == 400
    with psycopg.connect(settings.database_url) as connection:
        listed = connection.execute("SELECT owner FROM keys.erased").fetchall()
        assert (f"customer:{customer_id}",) in listed
        assert (f"conversation:{said['session_id']}",) in listed
        booked = "SELECT sum(e.amount_minor) FROM bank.entries e JOIN bank.accounts a ON a.id = e.account_id"
        assert connection.execute(f"{booked} WHERE a.customer_id = %s", (customer_id,)).fetchone() == (1000,)


async def test_nobody_but_a_customer_has_data_here(
    house: House, action_server: httpx.AsyncClient, error_of: Any
) -> None:
    for headers in (await house.bearer("agent"), await house.bearer("admin")):
        for method in ("GET", "DELETE"):
            answer = await house.client.request(method, "/api/v2/me/data", headers=headers)
            assert (answer.status_code, error_of(answer)["code"]) == (403, "customers_only")
    assert (await house.client.get("/api/v2/me/data")).status_code == 401


async def test_an_action_server_that_is_away_leaves_everything(house: House, customer_id: str, error_of: Any) -> None:
    # Ignored below: in place of Rasa's endpoint
    house.agent.action_endpoint = SimpleNamespace(url="http://127.0.0.1:9/webhook")  # type: ignore[assignment]
    granted = await house.grant(grant_type="password", username=f"q-{customer_id}", password="zabriskie")
    bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}
    answer = await house.client.delete("/api/v2/me/data", headers=bearer)
    assert (answer.status_code, error_of(answer)["code"]) == (503, "unavailable")
    assert (await house.client.get("/api/v2/sessions", headers=bearer)).status_code == 200


@pytest.mark.parametrize("path", ["export", "erase"])
async def test_the_inner_door_opens_to_its_own_assertion_only(
    settings: Settings, action_server: httpx.AsyncClient, customer_id: str, path: str
) -> None:
    keyring = keys.load(settings)
    other = {"export": ERASE, "erase": EXPORT}[path]
    tokens = [
        assertion.issue(keyring, customer_id, "s-of-a-chat", "m"),
        assertion.issue(keyring, customer_id, other, "m"),
        assertion.issue(keyring, None, {"export": EXPORT, "erase": ERASE}[path], "m"),
        "rubbish",
    ]
    for headers in ({}, *({"Authorization": f"Bearer {token}"} for token in tokens)):
        answer = await action_server.post(f"/rights/{path}", headers=headers)
        assert answer.status_code == 403
        assert set(answer.json()) == {"error"}
