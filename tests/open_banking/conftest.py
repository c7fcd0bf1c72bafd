# ruff: noqa: F811
"""Two worlds with the same customer in each: our ledger, and a bank behind UK Open Banking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa
from redis.asyncio import Redis

from actions.bank.bootstrap import utc_now
from actions.bank.core.bootstrap import open_banking_core
from actions.bank.core.ledger import LedgerCore
from actions.bank.core.port import CoreBank
from actions.bank.core.values import PaymentConsent
from actions.bank.open_banking import settings as open_banking_settings
from actions.bank.open_banking.adapter import OpenBankingCore
from actions.bank.open_banking.wire import Patience
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.seed import seed_policies, seed_rates
from actions.bank.seed_customer import CustomerSeed
from actions.bank.services import Bank
from common import keys
from common.inbox import Inbox
from common.settings import Settings
from tests.integration.bank.bank_customers import new_bban
from tests.integration.bank.conftest import bank, sql  # noqa: F401
from tests.open_banking import certificates, plan
from tests.open_banking.bank_oauth import CLIENT_ID, CLIENT_KEY_ID, REDIRECT
from tests.open_banking.bank_server import BANK_ISSUER, CLIENT_ISSUER, VERSION, BankServer
from tests.open_banking.bank_state import Customer, add_customer
from tests.open_banking.certificates import Certificates
from tests.open_banking.openapi import descriptions

BANK_NAME = "Northbank"
PATIENCE = Patience(attempts=3, first_pause=1.0, longest_pause=10.0, connect=20.0, answer=20.0)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.make(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def bank_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def server(pki: Certificates, bank_key: rsa.RSAPrivateKey, signing_key: rsa.RSAPrivateKey) -> Iterator[BankServer]:
    """The bank; at the end all of its requests and answers were as described, and every fault was met."""
    descriptions()  # read before anybody waits for an answer
    running = BankServer(pki, bank_key, signing_key.public_key())
    yield running
    running.stop()
    assert running.violations == []
    assert running.faults.left() == 0


@pytest.fixture
def environment(
    pki: Certificates, signing_key: rsa.RSAPrivateKey, server: BankServer, tmp_path: Path
) -> dict[str, str]:
    """What a deployment would set to reach the bank."""
    key = tmp_path / "signing.pem"
    key.write_bytes(certificates.pem(signing_key))
    given = {
        "NAME": BANK_NAME,
        "URL": server.base + VERSION,
        "ISSUER": server.base,
        "KEYS_URL": f"{server.base}/jwks",
        "CLIENT_ID": CLIENT_ID,
        "REDIRECT_URL": REDIRECT,
        "SIGNER": CLIENT_ISSUER,
        "BANK_SIGNER": BANK_ISSUER,
        "KEY_ID": CLIENT_KEY_ID,
        "SIGNING_KEY": str(key),
        "CERTIFICATE": pki.path("client"),
        "CERTIFICATE_KEY": pki.path("client-key"),
        "CA": pki.path("authority"),
    }
    names = {f"{open_banking_settings.PREFIX}{name}": value for name, value in given.items()}
    return {"TELLER_CORE_BANK": "open-banking", **names}


@pytest.fixture(scope="session")
def bank_settings(settings: Settings) -> Settings:
    """A house whose bank has its tables of fees and limits, but no customers."""

    async def fill() -> None:
        pool = await open_bank_pool(settings, 1)
        async with pool.connection() as connection:
            await seed_policies(connection)
            await seed_rates(connection, utc_now())
        await pool.close()

    asyncio.run(fill())
    return settings


@dataclass
class Pauses:
    """Stands for waiting: keeps what was asked for."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest_asyncio.fixture
async def core(bank: Bank, environment: dict[str, str], pauses: Pauses) -> AsyncIterator[OpenBankingCore]:
    """The adapter, connected to nobody yet."""
    opened = open_banking_core(open_banking_settings.load(environment), bank.accounts, PATIENCE, pauses)
    yield opened
    await opened.close()


async def agree(core: OpenBankingCore, server: BankServer, link: str, login: str) -> tuple[str, str]:
    """The customer follows the link and agrees at the bank; their browser brings back (state, code)."""
    return server.oauth.agree(await core.way(link.rpartition("/")[2]), login)


Connected = Callable[..., Awaitable[tuple[str, Customer]]]


@pytest.fixture
def connected(core: OpenBankingCore, server: BankServer) -> Connected:
    """A customer of ours who has let us read their accounts at the bank: (customer id, what they have there)."""

    async def connect(*, full: bool = True) -> tuple[str, Customer]:
        customer_id = str(uuid4())
        customer = add_customer(server.state, customer_id, new_bban(), full=full)
        url = await core.connect(customer_id)
        assert url is not None
        await core.authorisation.finish(customer_id, *await agree(core, server, url, customer_id))
        return customer_id, customer

    return connect


@dataclass(frozen=True)
class World:
    """`approve` is the customer's second factor for a payment, `settle` the passing of time at the core."""

    core: CoreBank
    customer: str
    stranger: str
    approve: Callable[[str, PaymentConsent], Awaitable[None]]
    settle: Callable[[], None]


@pytest.fixture(params=["ledger", "open_banking"])
def world(request: pytest.FixtureRequest) -> World:
    made: World = request.getfixturevalue(f"{request.param}_world")
    return made


@pytest_asyncio.fixture
async def open_banking_world(core: OpenBankingCore, server: BankServer, connected: Connected) -> World:
    async def approve(customer_id: str, consent: PaymentConsent) -> None:
        assert consent.authorise_url is not None
        await core.authorisation.finish(customer_id, *await agree(core, server, consent.authorise_url, customer_id))

    (customer, _), (stranger, _) = await connected(), await connected(full=False)
    return World(core, customer, stranger, approve, server.state.settle)


@pytest_asyncio.fixture
async def ledger_world(bank: Bank, bank_settings: Settings) -> AsyncIterator[World]:
    redis = Redis.from_url(bank_settings.redis_url)
    inbox = Inbox(redis, keys.load(bank_settings))

    async def approve(customer_id: str, consent: PaymentConsent) -> None:
        await bank.step_up.challenge(customer_id, consent.id)
        code = (await inbox.messages(customer_id))[0]["code"]
        await bank.step_up.verify(customer_id, consent.id, code)

    customer = await add_to_ledger(bank_settings)
    stranger = await add_to_ledger(bank_settings, full=False)
    base = bank.accounts
    core = LedgerCore(base.pool, base.sealer, base.clock, bank, page=6)
    yield World(core, customer, stranger, approve, lambda: None)
    await core.close()
    await redis.close()


async def add_to_ledger(settings: Settings, *, full: bool = True) -> str:
    """A customer of our own bank with the plan's account; without `full`, the account alone."""
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
        "accounts": {"Main": {"currency": "GBP", "bban": new_bban(), "opening": plan.OPENING, "opened": "-100d"}},
        "identity_checks": {"i1": {"state": "verified", "attempts_left": 3}},
    }
    if full:
        content["payees"] = {name: {"bban": bban, "currency": "GBP"} for name, bban in plan.PAYEES.items()}
        content["mandates"] = {
            "m1": {"account": "Main", "collector": plan.COLLECTOR, "reference": plan.MANDATE, "status": "active",
                   "last_amount_minor": plan.LAST_COLLECTED, "next_run": "+11d", "signed_at": "-90d"}
        }  # fmt: skip
        content["standing_orders"] = {
            "s1": {"account": "Main", "payee": plan.ORDER_TO, "amount_minor": plan.ORDER_AMOUNT, "currency": "GBP",
                   "schedule": plan.ORDER_SCHEDULE, "next_run": f"+{plan.NEXT_IN_DAYS}d", "status": "active"}
        }  # fmt: skip
        content["transactions"] = [
            {"kind": line.kind, "status": line.status, "direction": line.direction, "account": "Main",
             "amount_minor": line.pence, "counterparty": line.counterparty, "created_at": f"-{line.hours}h"}
            for line in plan.lines()
        ]  # fmt: skip
    pool = await open_bank_pool(settings, 1)
    async with pool.connection() as connection:
        seed = CustomerSeed(connection, Sealer(keys.load(settings)), utc_now(), customer_id, content)
        assert await seed.add()
    await pool.close()
    return customer_id
