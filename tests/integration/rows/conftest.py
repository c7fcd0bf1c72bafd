"""The seeded demo bank behind the real actions, in a database of the module's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.seed import seed
from actions.bank.seed_customer import CustomerSeed
from actions.house import House
from common import keys
from common.settings import Settings
from tests.integration.bank.bank_customers import MakeCustomer, new_bban

CUSTOMER = {"plan": "standard", "country": "GB", "timezone": "Europe/London", "base_currency": "GBP"}


@pytest.fixture(scope="module")
def seeded(own_database: Settings) -> Settings:
    asyncio.run(seed(own_database))
    return own_database


@pytest_asyncio.fixture
async def house(seeded: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    opened = House(await open_bank(seeded), keys.load(seeded))

    async def given() -> House:
        return opened

    monkeypatch.setattr("actions.caller.house", given)
    yield opened
    await opened.bank.close()


@pytest_asyncio.fixture
async def make_customer(seeded: Settings) -> MakeCustomer:
    """A new customer with one account in pounds and nothing else."""

    async def make(verified: bool = False, opening: int = 100_000, **sections: Any) -> str:
        customer_id = str(uuid4())
        content: dict[str, Any] = {
            "customer": {**CUSTOMER, **sections.pop("customer", {})},
            "personal": {
                "first_name": "Test",
                "last_name": "Person",
                "email": "t@example.com",
                "phone": "+44 7700 900000",
                "address": "1 Test Way, Leeds",
            },
            "accounts": {"Main": {"currency": "GBP", "bban": new_bban(), "opening": opening, "opened": "-100d"}},
            "identity_checks": {"i1": {"state": "verified" if verified else "not_started", "attempts_left": 3}},
            **sections,
        }
        pool = await open_bank_pool(seeded, 1)
        async with pool.connection() as connection:
            assert await CustomerSeed(connection, Sealer(keys.load(seeded)), utc_now(), customer_id, content).add()
        await pool.close()
        return customer_id

    return make


@pytest.fixture
def sql(seeded: Settings) -> Iterator[psycopg.Connection[Any]]:
    """The database as its administrator sees it."""
    with psycopg.connect(seeded.database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO bank, public")
        yield connection
