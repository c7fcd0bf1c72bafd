"""A card at another bank is the customer's own once they know the code on its statement."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from actions.bank.bootstrap import open_bank
from actions.bank.errors import CodeLocked, CodeWrong, NotFound
from actions.bank.sealing import Sealer
from actions.bank.seed import seed
from actions.bank.services import Bank
from common import demo, keys
from common.settings import Settings

ALEX, CODE = demo.CUSTOMERS["alex"], "482915"


@pytest.fixture(scope="module")
def seeded(own_database: Settings) -> Settings:
    asyncio.run(seed(own_database))
    return own_database


@pytest_asyncio.fixture
async def bank(seeded: Settings) -> AsyncIterator[Bank]:
    opened = await open_bank(seeded, connections=2)
    yield opened
    await opened.close()


async def waiting(bank: Bank, seeded: Settings, tries: int) -> str:
    """The id of alex's unverified card, with a code and so many tries."""
    card = next(card for card in await bank.top_ups.cards(ALEX) if card.last4 == "1204")
    code = Sealer(keys.load(seeded)).fingerprint(f"{card.id}:{CODE}")
    with psycopg.connect(seeded.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE bank.funding_cards SET verified = false, code_hmac = %s, tries_left = %s WHERE id = %s",
            (code, tries, card.id),
        )
    return card.id


async def test_the_right_code_verifies_the_card_once(bank: Bank, seeded: Settings) -> None:
    card = await waiting(bank, seeded, 2)
    with pytest.raises(CodeWrong) as refused:
        await bank.top_ups.verify_card(ALEX, card, "000000")
    assert refused.value.facts["tries_left"] == 1
    assert (await bank.top_ups.verify_card(ALEX, card, CODE)).verified
    with pytest.raises(NotFound):
        await bank.top_ups.verify_card(ALEX, card, CODE)


async def test_after_the_last_try_even_the_right_code_is_refused(bank: Bank, seeded: Settings) -> None:
    card = await waiting(bank, seeded, 1)
    for code in ("000000", CODE):
        with pytest.raises(CodeLocked):
            await bank.top_ups.verify_card(ALEX, card, code)
    assert not next(found for found in await bank.top_ups.cards(ALEX) if found.id == card).verified


async def test_nobody_verifies_another_customers_card(bank: Bank, seeded: Settings) -> None:
    card = await waiting(bank, seeded, 3)
    with pytest.raises(NotFound):
        await bank.top_ups.verify_card(demo.CUSTOMERS["jonas"], card, CODE)
    assert next(found for found in await bank.top_ups.cards(ALEX) if found.id == card).tries_left == 3


async def test_a_stopped_rule_runs_no_more(bank: Bank) -> None:
    [rule] = await bank.top_ups.rules(ALEX)
    await bank.top_ups.stop_rule(demo.CUSTOMERS["jonas"], rule.id)
    assert len(await bank.top_ups.rules(ALEX)) == 1
    await bank.top_ups.stop_rule(ALEX, rule.id)
    assert await bank.top_ups.rules(ALEX) == []
