from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from actions.bank import errors
from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.model.money import Money
from actions.bank.services import Bank
from common.demo import CUSTOMERS
from common.settings import Settings
from tests.integration.bank.bank_customers import MakeCustomer, Pigeonhole, new_bban

Approved = Callable[..., Awaitable[str]]
CodeFor = Callable[[str], Awaitable[str]]
Sql = psycopg.Connection[Any]


def debits(sql: Sql, customer: str) -> list[int]:
    """What was taken from the customer's accounts, oldest first."""
    found = sql.execute(
        "SELECT amount_minor FROM bank.entries JOIN bank.accounts ON accounts.id = account_id"
        " WHERE customer_id = %s AND amount_minor < 0 ORDER BY entries.id",
        (customer,),
    )
    return [amount for (amount,) in found.fetchall()]


async def balance(bank: Bank, customer: str) -> int:
    return (await bank.accounts.by_currency(customer, "GBP")).booked.amount_minor


async def test_a_transfer_takes_exactly_its_amount_and_shows_in_the_feed(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer(100_000)
    receipt = await bank.transfers.execute(customer, await approved(customer, 2_500))
    assert receipt.new_balance == Money(97_500, "GBP")
    assert await balance(bank, customer) == 97_500
    assert debits(sql, customer) == [-2_500]
    page = await bank.accounts.transactions(customer, kind="transfer")
    assert (page.items[0].counterparty, page.items[0].reference) == ("Maya Fernandes", receipt.reference)
    assert page.spent == {"GBP": Money(2_500, "GBP")}


async def test_the_same_key_again_gives_the_same_receipt_and_no_second_debit(
    bank: Bank, bank_settings: Settings, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer()
    key = await approved(customer, 2_500)
    first = await bank.transfers.execute(customer, key)
    assert await bank.transfers.execute(customer, key) == first
    after_a_crash = await open_bank(bank_settings)
    assert await after_a_crash.transfers.execute(customer, key) == first
    assert (await after_a_crash.transfers.status(customer, key)).receipt == first
    await after_a_crash.close()
    assert debits(sql, customer) == [-2_500]


async def test_fifty_at_once_with_one_key_are_one_debit(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer()
    key = await approved(customer, 2_500)
    receipts = await asyncio.gather(*(bank.transfers.execute(customer, key) for _ in range(50)))
    assert len(set(receipts)) == 1
    assert debits(sql, customer) == [-2_500]


async def test_many_keys_at_once_never_overdraw(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer(10_000)
    keys = [await approved(customer, 4_000) for _ in range(6)]
    outcomes = await asyncio.gather(*(bank.transfers.execute(customer, key) for key in keys), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(refusal) for refusal in refused] == [errors.InsufficientFunds] * 4
    assert debits(sql, customer) == [-4_000, -4_000]
    assert await balance(bank, customer) == 2_000


@pytest.mark.timeout(900)
async def test_paying_each_other_two_hundred_times_at_once_ends_without_deadlock(
    bank: Bank, make_customer: MakeCustomer, sql: Sql
) -> None:
    first_bban, second_bban = new_bban(), new_bban()
    first = await make_customer(100_000, {"Other": second_bban}, first_bban)
    second = await make_customer(100_000, {"Other": first_bban}, second_bban)
    bank.transfers.pool.timeout = 300  # two hundred wait for eight connections: how long is not the question here
    pigeonhole = Pigeonhole()
    step_up, keys = dataclasses.replace(bank.step_up, messenger=pigeonhole), []
    for who in (first, second):
        quote = await bank.transfers.quote(who, (await bank.payees.resolve(who, "other")).id, Money(100, "GBP"))
        for _ in range(100):
            key = (await bank.transfers.prepare(who, quote)).key
            await step_up.challenge(who, key)
            await step_up.verify(who, key, pigeonhole.codes[who])
            keys.append((who, key))
    keys = [key for pair in zip(keys[:100], keys[100:], strict=True) for key in pair]
    receipts = await asyncio.gather(*(bank.transfers.execute(who, key) for who, key in keys))
    assert len({receipt.reference for receipt in receipts}) == 200
    assert await balance(bank, first) == await balance(bank, second) == 100_000
    assert debits(sql, first) == debits(sql, second) == [-100] * 100
    incoming = await bank.accounts.transactions(first, direction="in")
    assert (incoming.count, incoming.items[0].counterparty) == (100, "Test Person")


async def test_too_little_money_is_refused_before_and_at_the_booking(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer(5_000)
    maya = await bank.payees.resolve(customer, "maya")
    with pytest.raises(errors.InsufficientFunds) as refusal:
        await bank.transfers.quote(customer, maya.id, Money(5_001, "GBP"))
    assert refusal.value.facts["available"] == Money(5_000, "GBP")
    first, second = await approved(customer, 4_000), await approved(customer, 3_000)
    await bank.transfers.execute(customer, first)
    with pytest.raises(errors.InsufficientFunds):
        await bank.transfers.execute(customer, second)
    assert debits(sql, customer) == [-4_000]


async def test_limits_hold_for_a_payment_a_day_and_an_unverified_customer(
    bank: Bank, make_customer: MakeCustomer, approved: Approved
) -> None:
    customer = await make_customer(10_000_000)
    maya = await bank.payees.resolve(customer, "maya")
    with pytest.raises(errors.LimitExceeded) as refusal:
        await bank.transfers.quote(customer, maya.id, Money(1_000_001, "GBP"))
    assert refusal.value.facts["period"] == "payment"
    for _ in range(2):
        await bank.transfers.execute(customer, await approved(customer, 1_000_000))
    with pytest.raises(errors.LimitExceeded) as refusal:
        await bank.transfers.quote(customer, maya.id, Money(1, "GBP"))
    assert (refusal.value.facts["period"], refusal.value.facts["left"]) == ("day", Money(0, "GBP"))
    stranger = await make_customer(verified=False)
    maya = await bank.payees.resolve(stranger, "maya")
    with pytest.raises(errors.LimitExceeded):
        await bank.transfers.quote(stranger, maya.id, Money(25_001, "GBP"))


@pytest.mark.parametrize("pence", [0, -1, 10**16])
async def test_impossible_amounts_are_refused(bank: Bank, make_customer: MakeCustomer, pence: int) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    with pytest.raises(errors.InvalidAmount):
        await bank.transfers.quote(customer, maya.id, Money(pence, "GBP"))


async def test_nothing_is_sent_without_its_code(bank: Bank, make_customer: MakeCustomer, sql: Sql) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    key = (await bank.transfers.prepare(customer, await bank.transfers.quote(customer, maya.id, Money(1, "GBP")))).key
    with pytest.raises(errors.StepUpRequired):
        await bank.transfers.execute(customer, key)
    await bank.step_up.challenge(customer, key)
    with pytest.raises(errors.StepUpRequired):
        await bank.transfers.execute(customer, key)
    assert debits(sql, customer) == []


async def test_five_wrong_codes_lock_the_transfer(
    bank: Bank, make_customer: MakeCustomer, code_for: CodeFor, sql: Sql
) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    key = (await bank.transfers.prepare(customer, await bank.transfers.quote(customer, maya.id, Money(9, "GBP")))).key
    await bank.step_up.challenge(customer, key)
    right = await code_for(customer)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.CodeWrong) as refusal:
            await bank.step_up.verify(customer, key, wrong)
        assert refusal.value.facts["tries_left"] == left
    with pytest.raises(errors.CodeLocked):
        await bank.step_up.verify(customer, key, wrong)
    with pytest.raises(errors.CodeLocked):
        await bank.step_up.verify(customer, key, right)
    with pytest.raises(errors.KeyConflict):
        await bank.transfers.execute(customer, key)
    assert (await bank.transfers.status(customer, key)).state == "locked"
    assert debits(sql, customer) == []


async def test_guessing_on_with_fresh_transfers_is_stopped(
    bank: Bank, make_customer: MakeCustomer, code_for: CodeFor
) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    quote = await bank.transfers.quote(customer, maya.id, Money(9, "GBP"))
    for _ in range(3):
        key = (await bank.transfers.prepare(customer, quote)).key
        await bank.step_up.challenge(customer, key)
        wrong = f"{(int(await code_for(customer)) + 1) % 1_000_000:06d}"
        for _ in range(5):
            with pytest.raises(errors.CodeError):
                await bank.step_up.verify(customer, key, wrong)
    with pytest.raises(errors.CodeLocked) as refusal:
        await bank.step_up.challenge(customer, (await bank.transfers.prepare(customer, quote)).key)
    assert refusal.value.facts["retry_at"] > utc_now()


async def test_only_three_codes_are_sent_for_one_transfer(bank: Bank, make_customer: MakeCustomer) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    key = (await bank.transfers.prepare(customer, await bank.transfers.quote(customer, maya.id, Money(9, "GBP")))).key
    for _ in range(3):
        await bank.step_up.challenge(customer, key)
    with pytest.raises(errors.CodeLocked):
        await bank.step_up.challenge(customer, key)


async def test_different_customers_do_not_hold_each_other_up(
    bank: Bank, make_customer: MakeCustomer, approved: Approved
) -> None:
    customers = [await make_customer() for _ in range(24)]
    keys = [(customer, await approved(customer, 1_000)) for customer in customers]
    receipts = await asyncio.gather(*(bank.transfers.execute(customer, key) for customer, key in keys))
    assert {receipt.new_balance for receipt in receipts} == {Money(99_000, "GBP")}


async def test_tries_at_once_are_all_counted(bank: Bank, make_customer: MakeCustomer, code_for: CodeFor) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    key = (await bank.transfers.prepare(customer, await bank.transfers.quote(customer, maya.id, Money(9, "GBP")))).key
    await bank.step_up.challenge(customer, key)
    wrong = f"{(int(await code_for(customer)) + 1) % 1_000_000:06d}"
    tries = await asyncio.gather(
        *(bank.step_up.verify(customer, key, wrong) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, errors.CodeWrong) for outcome in tries) == 4
    assert sum(isinstance(outcome, errors.CodeLocked) for outcome in tries) == 16


async def test_a_code_of_another_transfer_or_an_older_one_does_not_count(
    bank: Bank, make_customer: MakeCustomer, code_for: CodeFor
) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    quote = await bank.transfers.quote(customer, maya.id, Money(3_000, "GBP"))
    first = (await bank.transfers.prepare(customer, quote)).key
    await bank.step_up.challenge(customer, first)
    old = await code_for(customer)
    corrected = await bank.transfers.quote(customer, maya.id, Money(4_000, "GBP"))
    second = (await bank.transfers.prepare(customer, corrected, replaces=first)).key
    with pytest.raises(errors.KeyConflict):
        await bank.step_up.verify(customer, first, old)
    await bank.step_up.challenge(customer, second)
    if old != await code_for(customer):
        with pytest.raises(errors.CodeWrong):
            await bank.step_up.verify(customer, second, old)
    with pytest.raises(errors.KeyConflict):
        await bank.transfers.execute(customer, first)


@pytest.mark.parametrize("verified", [False, True])
async def test_a_changed_amount_voids_the_code(
    bank: Bank, make_customer: MakeCustomer, code_for: CodeFor, sql: Sql, verified: bool
) -> None:
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    quote = await bank.transfers.quote(customer, maya.id, Money(3_000, "GBP"))
    key = (await bank.transfers.prepare(customer, quote)).key
    await bank.step_up.challenge(customer, key)
    code = await code_for(customer)
    if verified:
        await bank.step_up.verify(customer, key, code)
    sql.execute("UPDATE bank.payment_intents SET amount_minor = 90000 WHERE key = %s", (key,))
    step = bank.transfers.execute(customer, key) if verified else bank.step_up.verify(customer, key, code)
    with pytest.raises(errors.CodeVoid):
        await step
    assert debits(sql, customer) == []


async def test_codes_and_prepared_transfers_expire(
    bank_settings: Settings, make_customer: MakeCustomer, code_for: CodeFor
) -> None:
    ahead = timedelta()
    bank = await open_bank(bank_settings, lambda: utc_now() + ahead)
    customer = await make_customer()
    maya = await bank.payees.resolve(customer, "maya")
    key = (await bank.transfers.prepare(customer, await bank.transfers.quote(customer, maya.id, Money(9, "GBP")))).key
    await bank.step_up.challenge(customer, key)
    code = await code_for(customer)
    ahead = timedelta(minutes=6)
    with pytest.raises(errors.CodeExpired):
        await bank.step_up.verify(customer, key, code)
    await bank.step_up.challenge(customer, key)
    await bank.step_up.verify(customer, key, await code_for(customer))
    ahead = timedelta(minutes=11)
    with pytest.raises(errors.PreparedExpired):
        await bank.transfers.execute(customer, key)
    assert (await bank.transfers.status(customer, key)).state == "expired"
    await bank.close()


async def test_a_cancelled_transfer_moves_nothing(
    bank: Bank, make_customer: MakeCustomer, approved: Approved, sql: Sql
) -> None:
    customer = await make_customer()
    key = await approved(customer, 2_500)
    await bank.transfers.cancel_prepared(customer, key)
    with pytest.raises(errors.KeyConflict):
        await bank.transfers.execute(customer, key)
    assert debits(sql, customer) == []


async def test_another_customer_reaches_nothing(bank: Bank, make_customer: MakeCustomer, approved: Approved) -> None:
    owner, other = await make_customer(), await make_customer()
    key = await approved(owner, 2_500)
    maya = await bank.payees.resolve(owner, "maya")
    account = await bank.accounts.by_currency(owner, "GBP")
    for attempt in (
        bank.transfers.execute(other, key),
        bank.transfers.status(other, key),
        bank.step_up.challenge(other, key),
        bank.transfers.quote(other, maya.id, Money(1, "GBP")),
        bank.transfers.quote(other, (await bank.payees.resolve(other, "maya")).id, Money(1, "GBP"), account.id),
        bank.transfers.execute(other, "no key at all"),
    ):
        with pytest.raises(errors.NotFound):
            await attempt


async def test_a_blocked_payee_is_refused_with_its_reason(bank: Bank) -> None:
    alex = CUSTOMERS["alex"]
    payee = await bank.payees.resolve(alex, "coinharbour")
    with pytest.raises(errors.PayeeNotAllowed) as refusal:
        await bank.transfers.quote(alex, payee.id, Money(100, "EUR"))
    assert refusal.value.facts["reason_code"] == "restricted_category"
    with pytest.raises(errors.AccountNotAvailable) as missing:
        await bank.transfers.quote(alex, payee.id, Money(100, "USD"))
    assert missing.value.facts["held"] == ("GBP", "EUR")
