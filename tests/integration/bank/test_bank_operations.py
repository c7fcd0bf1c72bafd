"""Operations that need a second factor: what they change, what they cost, and that they happen once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from actions.bank import errors
from actions.bank.repository import intents
from actions.bank.services import Bank
from actions.bank.use_cases.operations import Order
from tests.integration.bank.bank_customers import MakeCustomer

Sql = psycopg.Connection[Any]
Code = Callable[[str], Awaitable[str]]


async def approve(bank: Bank, code_for: Code, customer: str, kind: str, order: Order) -> tuple[str, Any]:
    """Prepare, prove and execute; the key and the outcome."""
    key = (await bank.operations.prepare(customer, kind, order)).key
    with pytest.raises(errors.StepUpRequired):
        await bank.operations.execute(customer, key)
    await bank.step_up.challenge(customer, key)
    await bank.step_up.verify(customer, key, await code_for(customer))
    return key, await bank.operations.execute(customer, key)


async def test_a_card_is_ordered_once_and_its_fee_debited_once(
    bank: Bank, sql: Sql, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    key, done = await approve(bank, code_for, customer, "order_card", Order(details={"delivery": "express"}))
    assert await bank.operations.execute(customer, key) == done
    [order] = await bank.cards.orders(customer)
    assert (order.number, order.status, order.card_last4) == (done["number"], "ordered", done["last4"])
    query = """
        SELECT f.fixed_minor + d.fee_minor FROM bank.fees f, bank.delivery_times d
        WHERE f.code = 'card_first' AND f.plan = 'standard' AND f.currency = 'GBP'
          AND d.country = 'GB' AND d.method = 'express'
    """
    fee = sql.execute(query).fetchone()
    assert fee is not None
    assert (await bank.accounts.by_currency(customer, "GBP")).booked.amount_minor == 100_000 - fee[0]
    with pytest.raises(errors.NotPossible, match="not_possible") as refused:
        await bank.operations.prepare(customer, "order_card", Order())
    assert refused.value.facts["reason"] == "order_under_way"
    [card] = await bank.cards.list(customer)
    await approve(bank, code_for, customer, "activate_card", Order(card.id))
    assert (await bank.cards.list(customer))[0].status == "active"


async def test_what_a_plan_and_a_purse_do_not_allow_is_refused(bank: Bank, make_customer: MakeCustomer) -> None:
    poor, unverified = await make_customer(opening=100), await make_customer(verified=False)
    with pytest.raises(errors.InsufficientFunds):
        await bank.operations.prepare(poor, "order_card", Order())
    for customer, kind, reason in (
        (unverified, "order_card", "identity_unverified"),
        (unverified, "create_virtual_card", "identity_unverified"),
        (poor, "create_disposable_card", "plan_without"),
        (poor, "repay_loan", "no_loan"),
    ):
        with pytest.raises(errors.NotPossible) as refused:
            await bank.operations.prepare(customer, kind, Order(details={"amount_minor": 1}))
        assert refused.value.facts["reason"] == reason


async def test_a_replaced_card_ends_and_leaves_the_wallets(
    bank: Bank, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    _, first = await approve(bank, code_for, customer, "create_virtual_card", Order())
    [card] = await bank.cards.list(customer)
    assert (card.kind, card.status, card.last4) == ("virtual", "active", first["last4"])
    _, done = await approve(bank, code_for, customer, "replace_card", Order(card.id, details={"reason": "stolen"}))
    held = {one.last4: one.status for one in await bank.cards.list(customer)}
    assert held == {first["last4"]: "cancelled", done["last4"]: "inactive"}


async def test_a_code_belongs_to_the_details_it_was_sent_for(
    bank: Bank, sql: Sql, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    order = Order(details={"detail": "phone", "value": "+44 7700 900111"})
    key = (await bank.operations.prepare(customer, "edit_detail", order)).key
    await bank.step_up.challenge(customer, key)
    await bank.step_up.verify(customer, key, await code_for(customer))
    async with bank.operations.pool.connection() as connection:
        intent = await intents.get(connection, customer, key)
        own = await bank.operations.sealer.of(connection, customer)
    details = {**intent["details"], "value": "+44 7700 900222"}
    changed = own.seal({"details": details, "purpose": intent["purpose"]}, intents.place(key))
    sql.execute("UPDATE bank.payment_intents SET sealed = %s WHERE key = %s", (changed, key))
    with pytest.raises(errors.CodeVoid):
        await bank.operations.execute(customer, key)
    other = (await bank.operations.prepare(customer, "edit_detail", order)).key
    moved = "UPDATE bank.payment_intents SET sealed = (SELECT sealed FROM bank.payment_intents WHERE key = %s)"
    sql.execute(f"{moved} WHERE key = %s", (other, key))
    with pytest.raises(errors.KeyConflict):
        await bank.operations.execute(customer, key)
    assert (await bank.customers.profile(customer)).phone == "+44 7700 900000"
    await approve(bank, code_for, customer, "edit_detail", order)
    assert (await bank.customers.profile(customer)).phone == "+44 7700 900111"


async def test_nobody_touches_another_customers_card_or_key(
    bank: Bank, code_for: Code, make_customer: MakeCustomer
) -> None:
    owner, other = await make_customer(), await make_customer()
    key, _ = await approve(bank, code_for, owner, "create_virtual_card", Order())
    [card] = await bank.cards.list(owner)
    for kind in ("activate_card", "view_card", "replace_card"):
        with pytest.raises(errors.NotFound):
            await bank.operations.prepare(other, kind, Order(card.id, details={"reason": "lost"}))
    with pytest.raises(errors.NotFound):
        await bank.operations.execute(other, key)


async def test_what_needs_a_code_is_never_applied_without_one(
    bank: Bank, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    with pytest.raises(errors.StepUpRequired):
        await bank.operations.apply(customer, "create_virtual_card", Order())
    await approve(bank, code_for, customer, "create_virtual_card", Order())
    [card] = await bank.cards.list(customer)
    await bank.operations.apply(customer, "switch_channel", Order(card.id, details={"channel": "online", "on": False}))
    with pytest.raises(errors.StepUpRequired):
        await bank.operations.apply(
            customer, "switch_channel", Order(card.id, details={"channel": "online", "on": True})
        )
    assert not (await bank.cards.list(customer))[0].online_on


async def test_a_secure_view_is_logged_and_shows_nothing_here(
    bank: Bank, sql: Sql, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    await approve(bank, code_for, customer, "create_virtual_card", Order())
    [card] = await bank.cards.list(customer)
    _, done = await approve(bank, code_for, customer, "view_card", Order(card.id))
    assert set(done) == {"last4", "kind", "expires_on", "until"}
    query = "SELECT kind, shown_at FROM bank.secure_views WHERE customer_id = %s"
    assert sql.execute(query, (customer,)).fetchall() == [("card_details", None)]
    with pytest.raises(errors.CardNotAvailable):
        await bank.operations.prepare(customer, "view_pin", Order(card.id))


async def test_a_loan_is_repaid_early_with_its_fee(
    bank: Bank, sql: Sql, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    sql.execute(
        "INSERT INTO bank.loans VALUES (gen_random_uuid(), %s, 'Personal loan', 'GBP', 50000, 5000, 890,"
        " current_date + 5, current_date + 300, 'active')",
        (customer,),
    )
    _, done = await approve(bank, code_for, customer, "repay_loan", Order(details={"amount_minor": 20_000}))
    assert (done["fee"], done["total"], done["left"]) == ("£2.00", "£202.00", "£300.00")
    assert (await bank.accounts.by_currency(customer, "GBP")).booked.amount_minor == 100_000 - 20_200
    loan = await bank.lending.loan(customer)
    assert loan is not None
    assert loan.outstanding.amount_minor == 30_000
    await approve(bank, code_for, customer, "repay_loan", Order(details={"amount_minor": 30_000}))
    assert await bank.lending.loan(customer) is None


async def test_an_application_is_taken_once(bank: Bank, code_for: Code, make_customer: MakeCustomer) -> None:
    customer = await make_customer()
    wanted = {"limit_minor": 100_000, "income_minor": 3_000_000, "employment": "employed", "consent": True}
    _, done = await approve(bank, code_for, customer, "apply_for_credit", Order(details=wanted))
    with pytest.raises(errors.NotPossible) as refused:
        await bank.operations.prepare(customer, "apply_for_credit", Order(details=wanted))
    assert refused.value.facts["number"] == done["number"]


async def test_accounts_close_only_with_a_payee_for_the_balance(
    bank: Bank, code_for: Code, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    with pytest.raises(errors.NotPossible) as refused:
        await bank.operations.prepare(customer, "close_accounts", Order())
    assert refused.value.facts["reason"] == "payout_missing"
    payee = (await bank.payees.list(customer))[0]
    await approve(bank, code_for, customer, "close_accounts", Order(details={"payee_id": payee.id}))
    assert (await bank.customers.closing(customer)).agreed_for is not None
