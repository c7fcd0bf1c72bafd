"""Talks about accounts at another bank: the real actions, our bank, and the bank of the tests over mutual TLS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.errors import NotFound
from actions.bank.jobs.every import jobs_of
from actions.bank.open_banking import consents
from actions.bank.open_banking.adapter import ACCESS_CONSENTS, ACCOUNTS
from actions.bank.resealing import reseal
from actions.bank.sealing import Sealer
from actions.bank.services import Bank
from actions.bank.worker import Worker
from actions.house import House
from common import keys, locales
from common.settings import Settings
from tests.dialogue import Talk, names
from tests.integration.audit.records_of import Trail
from tests.integration.bank.bank_customers import new_bban
from tests.open_banking import plan
from tests.open_banking.bank_server import BankServer
from tests.open_banking.bank_state import Customer, add_customer, pence_of
from tests.open_banking.conftest import BANK_NAME, add_to_ledger
from tests.open_banking.faults import BROKEN, DROPPED_BEFORE, Fault, busy, taken_then_silent, with_body

ASK_BALANCE = ("What is my balance?", "check_balance")


@pytest_asyncio.fixture
async def opened(
    bank_settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bank]:
    """Our bank, put together as a deployment with another bank puts it together, behind the actions."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bank = await open_bank(bank_settings)
    house = House(bank, keys.load(bank_settings))

    async def given() -> House:
        return house

    monkeypatch.setattr("actions.caller.house", given)
    yield bank
    await bank.close()


@pytest_asyncio.fixture
async def customer(bank_settings: Settings) -> str:
    return await add_to_ledger(bank_settings, full=False)


@pytest.fixture
def talk(opened: Bank, bank_settings: Settings, customer: str) -> Talk:
    return Talk(keys.load(bank_settings), customer, session_id=f"session-{uuid4().hex}")


@pytest.fixture
def there(server: BankServer, customer: str) -> Customer:
    """What the customer has at the other bank."""
    return add_customer(server.state, customer, new_bban())


@pytest_asyncio.fixture
async def linked(talk: Talk, opened: Bank, server: BankServer, there: Customer) -> Customer:
    """The same, once the customer has let us read it."""
    await come_back(opened, server, talk, await link_of(talk))
    return there


async def link_of(talk: Talk) -> str:
    [reply] = await talk.say(f"Please link my account at {BANK_NAME}", "transfer_into_account")
    assert reply.response == "utter_linked_link"
    return reply.facts["link"]


async def come_back(opened: Bank, server: BankServer, talk: Talk, link: str) -> None:
    assert opened.linked is not None
    assert talk.customer is not None
    back = server.oauth.agree(await opened.linked.way(link.rpartition("/")[2]), talk.customer)
    await opened.linked.returned(talk.customer, *back)


def gbp(pence: int) -> str:
    return locales.money(pence, "GBP", "en")


async def test_a_customer_links_an_account_and_sees_it_with_the_balance(
    talk: Talk, opened: Bank, server: BankServer, there: Customer, sql: psycopg.Connection[Any]
) -> None:
    own, offer = await talk.say(*ASK_BALANCE)
    assert (own.response, offer.response) == ("utter_accounts_balance", "utter_linked_offer")
    [reply] = await talk.say("yes", "affirm")
    assert reply.response == "utter_linked_link"
    assert reply.facts["link"].startswith("https://teller.example/open-banking/go/")
    await come_back(opened, server, talk, reply.facts["link"])
    own, elsewhere = await talk.say(*ASK_BALANCE)
    assert own.response == "utter_accounts_balance"
    assert gbp(there.accounts[0].booked) in elsewhere.text
    assert BANK_NAME in elsewhere.text
    assert f"as of {utc_now().day} " in elsewhere.text
    kinds = sql.execute("SELECT kind FROM bank.notices WHERE customer_id = %s", (talk.customer,)).fetchall()
    assert kinds == [("account_linked",)]


async def test_the_offer_to_link_is_made_once_and_taken_by_a_yes_only(talk: Talk, server: BankServer) -> None:
    assert "utter_linked_offer" in names(await talk.say(*ASK_BALANCE))
    assert "utter_linked_offer" not in names(await talk.say("no", "deny"))
    assert "utter_linked_offer" not in names(await talk.say(*ASK_BALANCE))
    assert server.requests == []


async def test_whoever_wishes_to_link_is_understood_whatever_the_classifier_hears(talk: Talk, there: Customer) -> None:
    for intent in ("card_linking", "nlu_fallback", "out_of_scope", "transfer_money", "inform"):
        [reply] = await talk.say("I'd like to connect my other bank account", intent)
        assert reply.response == "utter_linked_link", intent
        assert talk.form is None


async def test_linking_in_the_middle_of_a_form_leaves_its_question_open(talk: Talk, there: Customer) -> None:
    await talk.say("I want to send money", "transfer_money")
    form = talk.form
    assert form is not None
    replies = await talk.say(f"link my account at {BANK_NAME} first", "transfer_into_account")
    assert names(replies)[0] == "utter_linked_link"
    assert talk.form == form
    assert len(replies) == 2


async def test_a_guest_gets_no_link(opened: Bank, bank_settings: Settings, server: BankServer) -> None:
    guest = Talk(keys.load(bank_settings), None)
    assert names(await guest.say(f"link my account at {BANK_NAME}", "check_balance")) == ["utter_login_needed"]
    assert server.requests == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (BROKEN, "utter_linked_balance"),  # asked again within the time
        (DROPPED_BEFORE, "utter_linked_balance"),
        (busy(3600), "utter_linked_unavailable"),
        (taken_then_silent(3.0), "utter_linked_unavailable"),
        (with_body(lambda _: b"[]"), "utter_linked_unavailable"),
    ],
    ids=["broken", "dropped", "busy", "silent", "nonsense"],
)
async def test_the_own_answer_comes_in_time_whatever_the_other_bank_does(
    talk: Talk, server: BankServer, linked: Customer, fault: Fault, said: str
) -> None:
    server.faults.add("GET", ACCOUNTS, fault)
    started = time.monotonic()
    replies = await talk.say(*ASK_BALANCE)
    assert names(replies) == ["utter_accounts_balance", said]
    assert time.monotonic() - started < 3.0


async def test_what_came_too_late_is_there_the_next_time(talk: Talk, server: BankServer, linked: Customer) -> None:
    server.faults.add("GET", ACCOUNTS, Fault(hang=2.6))
    assert names(await talk.say(*ASK_BALANCE))[1] == "utter_linked_unavailable"
    await asyncio.sleep(1.5)
    assert names(await talk.say(*ASK_BALANCE))[1].startswith("utter_linked_balance")


async def test_a_token_renewed_too_late_for_the_answer_is_kept(
    talk: Talk, server: BankServer, linked: Customer
) -> None:
    server.oauth.revoke_access()
    server.faults.add("POST", "/token", Fault(hang=2.6))
    assert names(await talk.say(*ASK_BALANCE))[1] == "utter_linked_unavailable"
    await asyncio.sleep(2.5)
    assert names(await talk.say(*ASK_BALANCE))[1].startswith("utter_linked_balance")


async def test_a_question_about_the_other_bank_is_answered_from_there_alone(talk: Talk, linked: Customer) -> None:
    assert [name[:20] for name in names(await talk.say(f"What is on my {BANK_NAME} account?", "check_balance"))] == [
        "utter_linked_balance"
    ]
    [reply] = await talk.say(f"Show my latest transactions at {BANK_NAME}", "transaction_history")
    lines = reply.facts["lines"].splitlines()
    assert len(lines) == len(linked.transactions[:5])
    assert all(gbp(pence_of(said["Amount"])) in line for said, line in zip(linked.transactions, lines, strict=False))
    [none] = await talk.say(f"Show my transactions at {BANK_NAME} in March 2019", "transaction_history")
    assert none.response == "utter_linked_transactions_none"


async def test_regular_payments_of_the_other_bank_are_told_by_its_name(talk: Talk, linked: Customer) -> None:
    debit, order = await talk.say(f"Which direct debits leave my account at {BANK_NAME}?", "scheduled_payments")
    assert plan.COLLECTOR in debit.text
    assert gbp(plan.LAST_COLLECTED) in debit.text
    assert plan.ORDER_TO in order.text
    assert gbp(plan.ORDER_AMOUNT) in order.text


async def test_a_payment_to_the_other_bank_is_no_question_about_it(talk: Talk, linked: Customer) -> None:
    replies = await talk.say(f"Show my payments to {BANK_NAME}", "transaction_history")
    assert not any(name.startswith("utter_linked") for name in names(replies))


async def test_who_has_linked_nothing_is_offered_the_link_when_they_ask(talk: Talk, server: BankServer) -> None:
    for question, intent in (
        (f"What is on my {BANK_NAME} account?", "check_balance"),
        (f"Show my transactions at {BANK_NAME}", "transaction_history"),
        (f"Which standing orders do I have at {BANK_NAME}?", "scheduled_payments"),
    ):
        assert names(await talk.say(question, intent))[0] in ("utter_linked_none", "utter_linked_offer")
    assert server.requests == []


async def test_a_permission_that_ended_at_the_bank_is_told_once(
    talk: Talk, server: BankServer, linked: Customer
) -> None:
    for consent in server.state.consents.values():
        consent.status = "CANC"
    server.oauth.revoke_access()
    assert names(await talk.say(*ASK_BALANCE)) == ["utter_accounts_balance", "utter_linked_permission_over"]
    assert names(await talk.say(*ASK_BALANCE)) == ["utter_accounts_balance", "utter_linked_offer"]


async def test_unlinking_ends_the_permission_here_and_there(
    talk: Talk, server: BankServer, linked: Customer, sql: psycopg.Connection[Any]
) -> None:
    assert len(server.state.consents) == 1
    [reply] = await talk.say(f"Unlink my account at {BANK_NAME}", "terminate_account")
    assert reply.response == "utter_linked_ended"
    assert server.state.consents == {}
    assert sql.execute("SELECT FROM bank.open_banking_consents WHERE customer_id = %s", (talk.customer,)).rowcount == 0
    asked = len(server.requests)
    assert names(await talk.say(*ASK_BALANCE))[0] == "utter_accounts_balance"
    [reply] = await talk.say(f"unlink my account at {BANK_NAME}", "terminate_account")
    assert reply.response == "utter_linked_nothing_to_end"
    assert len(server.requests) == asked


async def test_unlinking_without_the_bank_destroys_the_tokens_and_tells_it_later(
    talk: Talk, opened: Bank, server: BankServer, linked: Customer, sql: psycopg.Connection[Any]
) -> None:
    server.faults.add("DELETE", ACCESS_CONSENTS, busy(3600))
    [reply] = await talk.say(f"Stop reading my accounts, withdraw the permission at {BANK_NAME}", "inform")
    assert reply.response == "utter_linked_ended_here"
    [[sealed, authorised]] = sql.execute(
        "SELECT sealed, authorised FROM bank.open_banking_consents WHERE customer_id = %s", (talk.customer,)
    ).fetchall()
    assert (bytes(sealed), authorised) == (b"\0", False)
    assert names(await talk.say(*ASK_BALANCE))[1:] == ["utter_linked_offer"]
    worker = Worker(opened.transfers.pool, jobs_of(opened), utc_now)
    server.faults.add("DELETE", ACCESS_CONSENTS, busy(3600))
    [withdrawals] = [job for job in worker.jobs if job.name == "withdrawals"]
    assert await worker.one(withdrawals)
    assert not await worker.one(withdrawals)  # that has failed: it waits its time
    assert len(server.state.consents) == 1
    sql.execute("UPDATE bank.worker_failures SET retry_at = now(), failed_at = now() - interval '1 hour'")
    assert await worker.one(withdrawals)
    assert server.state.consents == {}
    assert not await worker.one(withdrawals)
    assert sql.execute("SELECT FROM bank.open_banking_consents WHERE customer_id = %s", (talk.customer,)).rowcount == 0


async def test_tokens_are_sealed_by_the_customers_own_key_and_end_with_it(
    talk: Talk, opened: Bank, server: BankServer, linked: Customer, sql: psycopg.Connection[Any]
) -> None:
    assert opened.linked is not None
    customer = str(talk.customer)
    listed = (await opened.rights.export(customer))["consents"]
    assert isinstance(listed, list)
    assert [(consent["purpose"], consent["authorised"]) for consent in listed] == [("accounts", True)]
    sql.execute("SELECT keys.erase_customer(%s)", (customer,))
    with pytest.raises(NotFound):
        await opened.linked.holdings(customer)


async def test_tokens_that_the_house_has_sealed_come_under_the_customers_key(
    talk: Talk, opened: Bank, bank_settings: Settings, linked: Customer, sql: psycopg.Connection[Any]
) -> None:
    sealer, customer = Sealer(keys.load(bank_settings)), str(talk.customer)
    query = "SELECT consent_id, sealed FROM bank.open_banking_consents WHERE customer_id = %s"
    async with opened.accounts.pool.connection() as connection:
        [[consent_id, sealed]] = sql.execute(query, (customer,)).fetchall()
        fields = (await sealer.of(connection, customer)).open(bytes(sealed), consents.place(customer, consent_id))
        by_house = sealer.seal(fields, consents.place(customer, consent_id))
        sql.execute("UPDATE bank.open_banking_consents SET sealed = %s WHERE customer_id = %s", (by_house, customer))
        assert names(await talk.say(*ASK_BALANCE))[1] == "utter_linked_balance"
        assert await reseal(connection, sealer) >= 1
    [[_, resealed]] = sql.execute(query, (customer,)).fetchall()
    assert bytes(resealed)[:1] == b"\0"
    assert names(await talk.say(*ASK_BALANCE))[1] == "utter_linked_balance"


async def test_an_erased_customer_comes_back_to_nothing(
    talk: Talk, opened: Bank, server: BankServer, there: Customer, sql: psycopg.Connection[Any]
) -> None:
    assert opened.linked is not None
    customer = str(talk.customer)
    link = await link_of(talk)
    back = server.oauth.agree(await opened.linked.way(link.rpartition("/")[2]), customer)
    await opened.rights.erase(customer)
    with pytest.raises(NotFound):
        await opened.linked.returned(customer, *back)
    with pytest.raises(NotFound):
        await opened.linked.link(customer)
    assert sql.execute("SELECT FROM bank.open_banking_consents WHERE customer_id = %s", (customer,)).rowcount == 0


async def test_linking_and_unlinking_are_in_the_audit(talk: Talk, bank_settings: Settings, linked: Customer) -> None:
    await talk.say(f"Unlink my account at {BANK_NAME}", "terminate_account")
    told = Trail(bank_settings).about("customer", talk.customer, "instruction")
    assert [one.details for one in told] == [{"operation": "account_linked"}, {"operation": "account_unlinked"}]
