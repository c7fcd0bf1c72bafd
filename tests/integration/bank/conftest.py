"""Customers of their own for each test, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.model.money import Money
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.seed import seed
from actions.bank.seed_customer import CustomerSeed
from actions.bank.services import Bank
from common import keys
from common.inbox import Inbox
from common.settings import Settings
from tests.integration.bank.bank_customers import OUTSIDE, MakeCustomer, new_bban


@pytest.fixture(scope="session")
def bank_settings(settings: Settings) -> Settings:
    """Settings of a house whose demo bank is seeded."""
    asyncio.run(seed(settings))
    return settings


@pytest_asyncio.fixture
async def bank(bank_settings: Settings) -> AsyncIterator[Bank]:
    opened = await open_bank(bank_settings)
    yield opened
    await opened.close()


@pytest.fixture
def sql(bank_settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """The database as its administrator sees it."""
    with psycopg.connect(bank_settings.database_url, autocommit=True) as connection:
        yield connection


@pytest_asyncio.fixture
async def make_customer(bank_settings: Settings) -> MakeCustomer:
    """A new customer with a GBP account of `opening` pence; `payees` maps names to BBANs (`GB NWBK…`)."""

    async def make(
        opening: int = 100_000, payees: dict[str, str] | None = None, bban: str | None = None, verified: bool = True
    ) -> str:
        customer_id = str(uuid4())
        content: dict[str, Any] = {
            "customer": {"plan": "standard", "country": "GB", "timezone": "Europe/London", "base_currency": "GBP"},
            "personal": {
                "first_name": "Test",
                "last_name": "Person",
                "email": "t@example.com",
                "phone": "+44 7700 900000",
                "address": "1 Test Way, Leeds",
            },
            "accounts": {
                "Main": {"currency": "GBP", "bban": bban or new_bban(), "opening": opening, "opened": "-100d"}
            },
            "payees": {name: {"bban": number, "currency": "GBP"} for name, number in (payees or OUTSIDE).items()},
            "identity_checks": {"i1": {"state": "verified" if verified else "in_review", "attempts_left": 3}},
        }
        pool = await open_bank_pool(bank_settings, 1)
        sealer = Sealer(keys.load(bank_settings))
        async with pool.connection() as connection:
            assert await CustomerSeed(connection, sealer, utc_now(), customer_id, content).add()
        await pool.close()
        return customer_id

    return make


@pytest_asyncio.fixture
async def code_for(bank_settings: Settings) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """The newest code that the bank sent to a customer."""
    redis = Redis.from_url(bank_settings.redis_url)
    inbox = Inbox(redis, keys.load(bank_settings))

    async def newest(customer_id: str) -> str:
        return str((await inbox.messages(customer_id))[0]["code"])

    yield newest
    await redis.close()


@pytest_asyncio.fixture
async def approved(bank: Bank, code_for: Callable[[str], Awaitable[str]]) -> Callable[..., Awaitable[str]]:
    """The key of a transfer that is prepared and whose code was given."""

    async def approve(customer_id: str, pence: int, payee: str = "Maya Fernandes") -> str:
        found = await bank.payees.resolve(customer_id, payee)
        quote = await bank.transfers.quote(customer_id, found.id, Money(pence, "GBP"))
        key = (await bank.transfers.prepare(customer_id, quote)).key
        await bank.step_up.challenge(customer_id, key)
        await bank.step_up.verify(customer_id, key, await code_for(customer_id))
        return key

    return approve
