"""The seeded bank behind the forms, in a database of each module's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from actions.house import House
from common.inbox import Inbox
from common.settings import Settings
from tests.integration.rows.conftest import house, make_customer, seeded, sql

__all__ = ["house", "make_customer", "seeded", "sql"]

CodeOf = Callable[[str], Awaitable[str]]


@pytest.fixture
def code_of(seeded: Settings, house: House) -> CodeOf:
    """The newest code that the bank has sent to a customer."""

    async def read(customer: str) -> str:
        redis = Redis.from_url(seeded.redis_url)
        try:
            messages = await Inbox(redis, house.keyring).messages(customer)
            return next(str(found["code"]) for found in messages if found.get("code"))
        finally:
            await redis.close()

    return read
