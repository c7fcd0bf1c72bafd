"""The real bank and worker on real PostgreSQL, with a clock that only the test moves and codes that it can read."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import psycopg

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.jobs.every import jobs_of
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.seed_customer import CustomerSeed
from actions.bank.worker import Worker
from common import keys
from common.settings import Settings
from tests.integration.bank.bank_customers import OUTSIDE, Pigeonhole, new_bban

T = TypeVar("T")


class World:
    def __init__(self, loop: asyncio.AbstractEventLoop, settings: Settings, sql: psycopg.Connection[Any]) -> None:
        self.loop, self.settings, self.sql = loop, settings, sql
        self.ahead = timedelta()
        self.steps = 0
        self.pigeonhole = Pigeonhole()
        self.bank = self.run(open_bank(settings, self.now, connections=10))
        self.bank.transfers.pool.timeout = 300  # a busy machine is no broken property
        self.step_up = dataclasses.replace(self.bank.step_up, messenger=self.pigeonhole)
        self.worker = Worker(self.bank.transfers.pool, jobs_of(self.bank), self.now)

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.run(self.bank.close())

    async def pair(self, openings: tuple[int, int]) -> list[str]:
        """Two new customers who have each other and one outsider among their payees."""
        bbans, made = (new_bban(), new_bban()), []
        pool = await open_bank_pool(self.settings, 1)
        async with pool.connection() as connection:
            for number, opening in enumerate(openings):
                customer_id = str(uuid4())
                payees = {"Friend": bbans[1 - number], "Maya Fernandes": OUTSIDE["Maya Fernandes"]}
                content = {
                    "customer": {
                        "plan": "standard", "country": "GB", "timezone": "Europe/London", "base_currency": "GBP",
                    },
                    "personal": {
                        "first_name": "Test", "last_name": "Person", "email": "t@example.com",
                        "phone": "+44 7700 900000", "address": "1 Test Way, Leeds",
                    },
                    "accounts": {
                        "Main": {"currency": "GBP", "bban": bbans[number], "opening": opening, "opened": "-100d"},
                    },
                    "payees": {name: {"bban": bban, "currency": "GBP"} for name, bban in payees.items()},
                    "identity_checks": {"i1": {"state": "verified", "attempts_left": 3}},
                }  # fmt: skip
                sealer = Sealer(keys.load(self.settings))
                assert await CustomerSeed(connection, sealer, utc_now(), customer_id, content).add()
                made.append(customer_id)
        await pool.close()
        return made
