from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from actions.bank import errors
from actions.bank.bootstrap import utc_now
from actions.bank.model.money import Money
from actions.bank.seed import seed
from actions.bank.services import Bank
from actions.bank.use_cases.policies import GROUPS
from common.demo import CUSTOMERS
from common.settings import Settings, SettingsError
from tests.integration.bank.bank_customers import MakeCustomer

ALEX = CUSTOMERS["alex"]
Sql = psycopg.Connection[Any]


async def test_seeding_again_adds_nobody(bank_settings: Settings) -> None:
    assert await seed(bank_settings) == []


async def test_available_is_booked_less_what_is_pending(bank: Bank) -> None:
    account = await bank.accounts.by_currency(ALEX, "GBP")
    pending = await bank.accounts.transactions(ALEX, status="pending", direction="out", limit=50)
    gbp = [t.amount + t.fee for t in pending.items if t.account_id == account.id]
    assert account.pending_out == sum(gbp[1:], gbp[0])
    assert account.available == account.booked - account.pending_out
    assert account.available > Money(100_000, "GBP")


async def test_transactions_are_found_by_merchant_amount_day_and_status(bank: Bank) -> None:
    tesco = await bank.accounts.transactions(ALEX, merchant="tesco", limit=2)
    assert (tesco.count, len(tesco.items)) == (4, 2)
    assert tesco.items[0].created_at > tesco.items[1].created_at
    assert tesco.spent == {"GBP": Money(18_932, "GBP")}
    big = await bank.accounts.transactions(ALEX, merchant="Tesco", min_amount=Money(5_000, "GBP"))
    assert big.count == 2
    day = (utc_now() - timedelta(days=12)).date()
    assert (await bank.accounts.transactions(ALEX, merchant="tesco", date_from=day, date_to=day)).count == 1
    declined = await bank.accounts.transactions(ALEX, kind=["card_payment", "atm"], status="declined")
    assert {t.reason_code for t in declined.items} == {"payment_not_confirmed", "contactless_limit", "cash_limit"}
    assert declined.spent["GBP"] == Money(0, "GBP")
    assert (await bank.accounts.transactions(ALEX, merchant="100%_\\")).count == 0


async def test_every_reason_code_in_the_feeds_is_explained(bank: Bank, sql: Sql) -> None:
    used = sql.execute("SELECT DISTINCT reason_code FROM bank.transactions WHERE reason_code IS NOT NULL").fetchall()
    used += sql.execute("SELECT DISTINCT block_reason FROM bank.payees WHERE block_reason IS NOT NULL").fetchall()
    for (code,) in used:
        reason = await bank.accounts.explain(code)
        assert reason.explanation.endswith(".")
        assert reason.fix
    with pytest.raises(errors.NotFound):
        await bank.accounts.explain("no_such_code")


async def test_freezing_takes_effect_once_and_unfreezing_needs_a_code(
    bank: Bank, code_for: Callable[[str], Awaitable[str]]
) -> None:
    omar, priya = CUSTOMERS["omar"], CUSTOMERS["priya"]
    with pytest.raises(errors.CardNotAvailable):
        await bank.cards.freeze(omar, None, "lost")
    frozen = {f.card.last4: f for f in await bank.cards.freeze(priya, None, "lost")}
    assert {last4: f.already for last4, f in frozen.items()} == {"6180": True, "9023": False}
    assert all(f.card.status == "frozen" for f in frozen.values())
    again = await bank.cards.freeze(priya, [frozen["9023"].card.id], "lost")
    assert (again[0].already, again[0].frozen_at) == (True, frozen["9023"].frozen_at)
    with pytest.raises(errors.NotFound):
        await bank.cards.freeze(priya, [str(uuid4())], "lost")
    prepared = await bank.cards.prepare_unfreeze(priya, frozen["9023"].card.id)
    with pytest.raises(errors.StepUpRequired):
        await bank.cards.unfreeze(priya, prepared.key)
    await bank.step_up.challenge(priya, prepared.key)
    await bank.step_up.verify(priya, prepared.key, await code_for(priya))
    card = await bank.cards.unfreeze(priya, prepared.key)
    assert (card.last4, card.status) == ("9023", "active")
    assert await bank.cards.unfreeze(priya, prepared.key) == card


async def test_card_orders_know_whether_they_are_late(bank: Bank) -> None:
    today = utc_now().date()
    alex = (await bank.cards.orders(ALEX))[0]
    assert (alex.status, alex.card_last4, alex.late(today)) == ("dispatched", "2086", False)
    assert (await bank.cards.orders(CUSTOMERS["priya"]))[0].late(today)
    assert await bank.cards.orders(CUSTOMERS["sam"]) == []


async def test_rates_carry_a_margin_and_invert(bank: Bank) -> None:
    rate = await bank.exchange.rate("GBP", "EUR")
    back = await bank.exchange.rate("EUR", "GBP")
    assert rate.customer_rate < rate.mid
    assert abs(rate.mid * back.mid - 1) < Decimal("0.00001")
    assert rate.convert(Money(10_000, "GBP")).currency == "EUR"
    for currency in ("INR", "XXX", "GBP"):
        with pytest.raises(errors.CurrencyNotOffered):
            await bank.exchange.rate("GBP", currency)
    assert await bank.exchange.pairs_for(ALEX) == [("GBP", "EUR")]


async def test_a_new_iban_is_adopted_once_and_kept_out_of_sight(
    bank: Bank, bank_settings: Settings, make_customer: MakeCustomer
) -> None:
    customer = await make_customer()
    iban = "GB29 NWBK 6016 1331 9268 19"
    assert await bank.payees.by_iban(customer, iban) is None
    payee = await bank.payees.adopt_iban(customer, iban, "Someone  New")
    assert (payee.name, payee.status, payee.tail) == ("Someone New", "unsaved", "6819")
    assert await bank.payees.adopt_iban(customer, iban.lower(), "Other") == payee
    with pytest.raises(errors.InvalidIban):
        await bank.payees.adopt_iban(customer, "GB28 NWBK 6016 1331 9268 19", "X")
    with pytest.raises(errors.InvalidIban):
        await bank.payees.adopt_iban(customer, "GB82 WEST 1234 5698 7654 32", " ")
    with psycopg.connect(bank_settings.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'bank'").fetchall()
        dump = "".join(str(connection.execute(f"SELECT * FROM bank.{name}").fetchall()) for (name,) in tables)
    assert "60161331926819" not in dump
    assert payee.iban not in dump
    assert "6819" not in repr(payee)


async def test_an_account_inside_the_bank_is_checked_by_name(bank: Bank, make_customer: MakeCustomer) -> None:
    customer = await make_customer()
    jonas = (await bank.accounts.list(CUSTOMERS["jonas"]))[0]
    assert (await bank.payees.adopt_iban(customer, jonas.iban, "Acme Ltd")).name_check == "no_match"


async def test_urgent_names_the_most_pressing_item(bank: Bank) -> None:
    kinds = {login: await bank.customers.urgent(customer) for login, customer in CUSTOMERS.items()}
    assert kinds["sam"] is None
    assert kinds["alex"] is not None
    assert kinds["alex"].kind == "declined_payment"
    assert kinds["mei"] is not None
    assert kinds["mei"].kind == "request_due"


async def test_facts_are_texts_and_a_guest_lacks_only_what_is_personal(bank: Bank) -> None:
    for intent in [*GROUPS, "greet"]:
        guest = await bank.policies.facts(intent, None)
        assert all(isinstance(value, str) and value for value in guest.values())
        assert not any(name.startswith("my_") for name in guest)
        for customer in CUSTOMERS.values():
            known = await bank.policies.facts(intent, customer)
            assert {name for name in known if not name.startswith("my_")} == set(guest)
            assert all(isinstance(value, str) and value for value in known.values())


async def test_a_handoff_keeps_its_place(bank: Bank) -> None:
    session = str(uuid4())
    assert await bank.handoff.active(session) is None
    ticket = await bank.handoff.open(ALEX, session, "asked", "My card is gone")
    again = await bank.handoff.open(ALEX, session, "asked again", "Hello?")
    assert again.number == ticket.number
    assert ticket.open_now == (ticket.next_opening is None)
    later = await bank.handoff.open(None, str(uuid4()), "asked", "guest")
    assert later.position == ticket.position + 1


async def test_the_seed_refuses_production(bank_settings: Settings) -> None:
    with pytest.raises(SettingsError, match="TELLER_MODE=demo"):
        await seed(replace(bank_settings, mode="production"))
