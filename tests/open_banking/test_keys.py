from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa

from actions.bank.core.errors import CoreAnswerInvalid
from actions.bank.open_banking import settings as open_banking_settings
from actions.bank.open_banking.keys import LOOK_AGAIN, KeySet
from actions.bank.open_banking.wire import Wire
from tests.open_banking.bank_oauth import BANK_KEY_ID
from tests.open_banking.bank_server import BankServer
from tests.open_banking.conftest import PATIENCE, Pauses
from tests.open_banking.faults import with_body


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def keys(environment: dict[str, str], clock: Clock, pauses: Pauses) -> AsyncIterator[KeySet]:
    settings = open_banking_settings.load(environment)
    wire = Wire(settings.tls, PATIENCE, pauses)
    yield KeySet(settings.keys_url, wire, clock)
    await wire.close()


async def test_a_key_is_fetched_once(keys: KeySet, server: BankServer, bank_key: rsa.RSAPrivateKey) -> None:
    for _ in range(3):
        found = await keys.get(BANK_KEY_ID)
        assert found is not None
        assert found.public_numbers() == bank_key.public_key().public_numbers()
    assert server.count("GET", "/jwks") == 1


async def test_an_unknown_key_is_looked_for_again_but_not_at_once(
    keys: KeySet, server: BankServer, clock: Clock
) -> None:
    for _ in range(3):
        assert await keys.get("new") is None
    assert server.count("GET", "/jwks") == 1
    server.oauth.keys = renamed(server.oauth.keys, "new")  # type: ignore[method-assign]  # the double replaces a method
    clock.now += LOOK_AGAIN - timedelta(seconds=1)
    assert await keys.get("new") is None
    clock.now += timedelta(seconds=1)
    assert await keys.get("new") is not None
    assert await keys.get(BANK_KEY_ID) is None


def renamed(keys: Callable[[], dict[str, Any]], key_id: str) -> Callable[[], dict[str, Any]]:
    """The same key under another id: the bank has changed its keys."""
    found = keys()["keys"][0]
    return lambda: {"keys": [found | {"kid": key_id}]}


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"{}", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}', b'{"keys": {"a": 1}}'], ids=str
)
async def test_what_is_no_key_set_is_one_error(keys: KeySet, server: BankServer, said: bytes) -> None:
    server.faults.add("GET", "/jwks", with_body(lambda _: said))
    with pytest.raises(CoreAnswerInvalid):
        await keys.get(BANK_KEY_ID)


@pytest.mark.parametrize("changes", [{"use": "enc"}, {"kty": "oct", "k": "c2VjcmV0"}, {"kid": None}], ids=str)
async def test_keys_that_are_not_for_signatures_are_not_used(
    keys: KeySet, server: BankServer, changes: dict[str, Any]
) -> None:
    found = server.oauth.keys()["keys"][0] | changes
    good = server.oauth.keys()["keys"][0] | {"kid": "good"}
    said = json.dumps({"keys": [found, good]}).encode()
    server.faults.add("GET", "/jwks", with_body(lambda _: said))
    assert await keys.get(BANK_KEY_ID) is None
    assert await keys.get("good") is not None
