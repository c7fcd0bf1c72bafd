"""A talk with a fake bank."""

from __future__ import annotations

import pytest

from actions.house import House
from common.keys import Keyring
from tests.dialogue import Talk
from tests.fake_bank import CUSTOMER, FakeBank

KEYRING = Keyring({"test": b"k" * 32})


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> FakeBank:
    fake = FakeBank()

    async def house() -> House:
        return House(fake, KEYRING)  # type: ignore[arg-type]  # a bank in memory

    monkeypatch.setattr("actions.caller.house", house)
    return fake


@pytest.fixture
def talk(bank: FakeBank) -> Talk:
    return Talk(KEYRING, CUSTOMER)


@pytest.fixture
def guest(bank: FakeBank) -> Talk:
    return Talk(KEYRING, None)
