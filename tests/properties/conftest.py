"""One open bank on a database of its own, for state machines that call it from outside its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from actions.bank.seed import seed
from common.settings import Settings
from tests.properties.world import World


@pytest.fixture(scope="module")
def world(own_database: Settings) -> Iterator[World]:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(seed(own_database))
    with psycopg.connect(own_database.database_url, autocommit=True) as sql:
        opened = World(loop, own_database, sql)
        yield opened
        opened.close()
    loop.close()
