"""What only the ledger's adapter has to get right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from actions.bank.bootstrap import open_bank
from actions.bank.core.errors import OutcomeUnknown
from actions.bank.core.values import AccountNumber, PaymentOrder
from actions.bank.errors import InvalidRequest, KeyConflict
from actions.bank.model.money import Money
from common.settings import Settings
from tests.open_banking import plan
from tests.open_banking.bank_state import iban_of
from tests.open_banking.conftest import World

MAYA = AccountNumber("iban", iban_of(plan.PAYEES["Maya Fernandes"]))


@pytest.fixture
def breaking(bank_settings: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The database; while it breaks, whoever writes an entry loses their connection."""
    with psycopg.connect(bank_settings.database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION bank.break() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$"
            " BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
        )
        connection.execute(
            "CREATE TRIGGER break AFTER INSERT ON bank.entries FOR EACH ROW EXECUTE FUNCTION bank.break()"
        )
        yield connection
        connection.execute("DROP FUNCTION bank.break() CASCADE")


async def test_a_broken_connection_leaves_the_outcome_open_until_asked_again(
    ledger_world: World, breaking: psycopg.Connection[tuple[object, ...]]
) -> None:
    world = ledger_world
    [account] = await world.core.accounts(world.customer)
    order = PaymentOrder(str(uuid4()), account, "Maya Fernandes", MAYA, Money(2_500, "GBP"))
    consent = await world.core.propose(world.customer, order)
    await world.approve(world.customer, consent)
    with pytest.raises(OutcomeUnknown) as unknown:
        await world.core.pay(world.customer, consent)
    assert unknown.value.facts == {"key": order.key, "consent_id": consent.id}
    breaking.execute("DROP TRIGGER break ON bank.entries")
    paid = await world.core.pay(world.customer, await world.core.propose(world.customer, order))
    assert paid.status == "posted"
    [balance] = await world.core.balances(world.customer, account.id)
    assert balance.booked == Money(plan.booked() - 2_500, "GBP")


async def test_a_payee_without_an_iban_is_refused(ledger_world: World) -> None:
    world = ledger_world
    [account] = await world.core.accounts(world.customer)
    number = AccountNumber("sort_code", "60161341287705")
    with pytest.raises(InvalidRequest):
        await world.core.propose(world.customer, PaymentOrder(str(uuid4()), account, "Maya", number, Money(100, "GBP")))


async def test_a_consent_that_was_cancelled_is_rejected(ledger_world: World, bank_settings: Settings) -> None:
    world = ledger_world
    [account] = await world.core.accounts(world.customer)
    order = PaymentOrder(str(uuid4()), account, "Maya Fernandes", MAYA, Money(100, "GBP"))
    consent = await world.core.propose(world.customer, order)
    bank = await open_bank(bank_settings)
    await bank.transfers.cancel_prepared(world.customer, consent.id)
    await bank.close()
    assert (await world.core.consent(world.customer, consent)).status == "rejected"
    with pytest.raises(KeyConflict):
        await world.core.pay(world.customer, consent)


async def test_lines_of_the_same_moment_come_once_each_across_pages(
    ledger_world: World, sql: psycopg.Connection[Any]
) -> None:
    world = ledger_world
    sql.execute("UPDATE bank.transactions SET created_at = now() WHERE customer_id = %s", (world.customer,))
    [account] = await world.core.accounts(world.customer)
    part = await world.core.transactions(world.customer, account.id)
    found = list(part.items)
    while part.next is not None:
        part = await world.core.transactions(world.customer, account.id, cursor=part.next)
        found += part.items
    assert len(found) == len({line.id for line in found}) == len(plan.lines())
