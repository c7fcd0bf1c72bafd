"""What every core bank does for the assistant, whichever it is: one set of tests over both adapters."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from actions.bank.bootstrap import utc_now
from actions.bank.core.errors import AuthorisationNeeded
from actions.bank.core.values import AccountNumber, CoreAccount, PaymentConsent, PaymentOrder, TransactionSlice
from actions.bank.errors import BankError, InvalidRequest, KeyConflict, NotFound
from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction
from tests.open_banking import plan
from tests.open_banking.bank_state import iban_of
from tests.open_banking.conftest import World

MAYA = AccountNumber("iban", iban_of(plan.PAYEES["Maya Fernandes"]))


async def main_account(world: World, customer: str | None = None) -> CoreAccount:
    [account] = await world.core.accounts(customer or world.customer)
    return account


async def order_of(world: World, pence: int = 2_500) -> PaymentOrder:
    return PaymentOrder(str(uuid4()), await main_account(world), "Maya Fernandes", MAYA, Money(pence, "GBP"))


async def approved(world: World, pence: int = 2_500) -> PaymentConsent:
    consent = await world.core.propose(world.customer, await order_of(world, pence))
    await world.approve(world.customer, consent)
    return consent


async def booked(world: World) -> int:
    """Pence on the account once everything that was taken is booked."""
    world.settle()
    [balance] = await world.core.balances(world.customer, (await main_account(world)).id)
    assert balance.booked is not None
    return balance.booked.amount_minor


async def feed(world: World, **filters: object) -> list[TransactionSlice]:
    account = await main_account(world)
    # Ignored below: filters are those of the port
    slices = [await world.core.transactions(world.customer, account.id, **filters)]  # type: ignore[arg-type]
    while slices[-1].next is not None:
        slices.append(await world.core.transactions(world.customer, account.id, cursor=slices[-1].next))
    return slices


def lines(slices: list[TransactionSlice]) -> list[Transaction]:
    return [line for part in slices for line in part.items]


async def test_an_account_has_its_currency_holder_and_numbers(world: World) -> None:
    account = await main_account(world)
    assert (account.name, account.currency, account.status) == ("Main", "GBP", "active")
    assert account.holder == "Test Person"
    assert [number.scheme for number in account.numbers] == ["sort_code", "iban"]
    assert account.numbers[0].value == account.numbers[1].value[-14:]


async def test_balances_are_exact_and_say_when(world: World) -> None:
    [balance] = await world.core.balances(world.customer, (await main_account(world)).id)
    assert balance.booked == Money(plan.booked(), "GBP")
    assert balance.available is not None
    assert balance.available <= balance.booked
    assert abs(balance.as_of - utc_now()) < timedelta(minutes=1)


async def test_all_transactions_come_page_by_page_once_and_newest_first(world: World) -> None:
    slices = await feed(world)
    assert len(slices) > 1
    found = lines(slices)
    said = [(line.kind, line.direction, line.status, line.amount, line.counterparty) for line in found]
    assert said == [
        (line.kind, line.direction, line.status, Money(line.pence, "GBP"), line.counterparty) for line in plan.lines()
    ]
    assert len({line.id for line in found}) == len(found)
    times = [line.created_at for line in found]
    assert times == sorted(times, reverse=True)
    assert all((line.completed_at is not None) == (line.status == "completed") for line in found)


async def test_a_window_of_time_holds_on_every_page(world: World) -> None:
    now = utc_now()
    since, before = now - timedelta(hours=91, minutes=30), now - timedelta(hours=8, minutes=30)
    wanted = [line.counterparty for line in plan.lines() if 9 <= line.hours <= 91]
    found = lines(await feed(world, since=since, before=before))
    assert [line.counterparty for line in found] == wanted


@pytest.mark.parametrize("cursor", ["", "nonsense", "W10=", "é", "WyJhIiwgbnVsbCwgbnVsbCwgbnVsbF0="])
async def test_a_cursor_that_is_none_is_refused(world: World, cursor: str) -> None:
    account = await main_account(world)
    with pytest.raises(InvalidRequest):
        await world.core.transactions(world.customer, account.id, cursor=cursor)


async def test_a_cursor_belongs_to_its_account(world: World) -> None:
    first = await world.core.transactions(world.customer, (await main_account(world)).id)
    other = await main_account(world, world.stranger)
    with pytest.raises(InvalidRequest):
        await world.core.transactions(world.stranger, other.id, cursor=first.next)


async def test_beneficiaries_direct_debits_and_standing_orders_are_told(world: World) -> None:
    known = await world.core.beneficiaries(world.customer)
    assert {one.name: one.number for one in known} == {
        name: AccountNumber("iban", iban_of(bban)) for name, bban in plan.PAYEES.items()
    }
    [mandate] = await world.core.direct_debits(world.customer)
    assert (mandate.collector, mandate.reference, mandate.status) == (plan.COLLECTOR, plan.MANDATE, "active")
    assert mandate.last_amount == Money(plan.LAST_COLLECTED, "GBP")
    [order] = await world.core.standing_orders(world.customer)
    assert (order.payee, order.amount) == (plan.ORDER_TO, Money(plan.ORDER_AMOUNT, "GBP"))
    assert (order.schedule, order.status) == (plan.ORDER_SCHEDULE, "active")
    assert order.next_on == (utc_now() + timedelta(days=plan.NEXT_IN_DAYS)).date()
    account = await main_account(world)
    assert {mandate.account_id, order.account_id} == {account.id}


async def test_who_has_nothing_gets_empty_answers(world: World) -> None:
    account = await main_account(world, world.stranger)
    assert await world.core.transactions(world.stranger, account.id) == TransactionSlice((), None)
    assert list(await world.core.beneficiaries(world.stranger)) == []
    assert list(await world.core.direct_debits(world.stranger)) == []
    assert list(await world.core.standing_orders(world.stranger)) == []


@pytest.mark.parametrize("account_id", ["stranger's", "nobody's", "", "..", "a/b", "\x00"])
async def test_an_account_of_somebody_else_is_not_found(world: World, account_id: str) -> None:
    asked = (await main_account(world, world.stranger)).id if account_id == "stranger's" else account_id
    with pytest.raises(NotFound):
        await world.core.balances(world.customer, asked)
    with pytest.raises(NotFound):
        await world.core.transactions(world.customer, asked)


async def test_a_payment_is_proposed_authorised_and_paid(world: World) -> None:
    before = await booked(world)
    order = await order_of(world)
    proposed = await world.core.propose(world.customer, order)
    assert (proposed.status, proposed.order, proposed.fee) == ("awaiting", order, Money(0, "GBP"))
    await world.approve(world.customer, proposed)
    assert (await world.core.consent(world.customer, proposed)).status == "authorised"
    paid = await world.core.pay(world.customer, proposed)
    assert paid.status in ("pending", "posted")
    assert (paid.amount, paid.consent_id) == (Money(2_500, "GBP"), proposed.id)
    assert await booked(world) == before - 2_500
    later = await world.core.payment(world.customer, paid.id)
    assert (later.status, later.amount, later.reference) == ("posted", paid.amount, paid.reference)
    assert (await world.core.consent(world.customer, proposed)).status == "consumed"
    assert lines(await feed(world))[0].amount == Money(2_500, "GBP")


async def test_proposing_and_paying_moves_nothing_before_it_is_authorised(world: World) -> None:
    before = await booked(world)
    consent = await world.core.propose(world.customer, await order_of(world))
    with pytest.raises(AuthorisationNeeded):
        await world.core.pay(world.customer, consent)
    assert await booked(world) == before


async def test_the_same_order_again_is_the_same_consent(world: World) -> None:
    order = await order_of(world)
    first = await world.core.propose(world.customer, order)
    assert (await world.core.propose(world.customer, order)).id == first.id
    assert len({consent.id for consent in await asyncio.gather(
        *(world.core.propose(world.customer, order) for _ in range(8))
    )} | {first.id}) == 1  # fmt: skip


async def test_another_order_under_the_same_key_is_refused(world: World) -> None:
    order = await order_of(world)
    first = await world.core.propose(world.customer, order)
    for changed in (
        replace(order, amount=Money(2_501, "GBP")),
        replace(order, number=AccountNumber("iban", iban_of(plan.PAYEES["Mia Chen"]))),
    ):
        with pytest.raises(KeyConflict):
            await world.core.propose(world.customer, changed)
    assert (await world.core.propose(world.customer, order)).id == first.id


async def test_paying_again_is_the_same_payment(world: World) -> None:
    before = await booked(world)
    consent = await approved(world)
    first = await world.core.pay(world.customer, consent)
    again = await world.core.pay(world.customer, consent)
    assert (again.id, again.amount, again.reference) == (first.id, first.amount, first.reference)
    assert await booked(world) == before - 2_500


async def test_twenty_at_once_are_one_payment(world: World) -> None:
    before = await booked(world)
    consent = await approved(world)
    paid = await asyncio.gather(*(world.core.pay(world.customer, consent) for _ in range(20)))
    assert len({payment.id for payment in paid}) == 1
    assert await booked(world) == before - 2_500


async def test_an_order_changed_after_its_consent_moves_nothing(world: World) -> None:
    before = await booked(world)
    consent = await approved(world)
    changed = replace(consent, order=replace(consent.order, amount=Money(9_900, "GBP")))
    with pytest.raises(BankError):
        await world.core.pay(world.customer, changed)
    assert await booked(world) == before
    await world.core.pay(world.customer, consent)
    assert await booked(world) == before - 2_500


async def test_more_than_there_is_is_refused(world: World) -> None:
    before = await booked(world)
    with pytest.raises(BankError):
        await world.core.propose(world.customer, await order_of(world, plan.booked() + 1))
    assert await booked(world) == before


async def test_nobody_reaches_the_consents_and_payments_of_another(world: World) -> None:
    before = await booked(world)
    consent = await approved(world)
    with pytest.raises(NotFound):
        await world.core.consent(world.stranger, consent)
    with pytest.raises(NotFound):
        await world.core.pay(world.stranger, consent)
    paid = await world.core.pay(world.customer, consent)
    with pytest.raises(NotFound):
        await world.core.payment(world.stranger, paid.id)
    with pytest.raises(NotFound):
        await world.core.payment(world.customer, str(uuid4()))
    assert await booked(world) == before - 2_500
