# ruff: noqa: F811
"""Talks that pay from an account at another bank: once, authorised there, and told truly whatever the bank answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from actions.bank.bootstrap import utc_now
from actions.bank.errors import NotFound
from actions.bank.jobs.every import jobs_of
from actions.bank.services import Bank
from actions.bank.worker import Worker
from common.settings import Settings
from tests.dialogue import Talk, names
from tests.open_banking import plan
from tests.open_banking.bank_server import BankServer
from tests.open_banking.bank_state import Customer
from tests.open_banking.conftest import BANK_NAME, add_to_ledger
from tests.open_banking.faults import BROKEN, TAKEN_THEN_BROKEN, TAKEN_THEN_DROPPED, Fault
from tests.open_banking.test_linked_talks import gbp, linked, opened, talk, there  # noqa: F401

ORDER = f"Pay 20 pounds to Maya Fernandes from my {BANK_NAME} account"
PAYMENTS = "/pisp/domestic-payments"
CONSENTS = "/pisp/domestic-payment-consents"
# The bank goes on refusing to say as often as it is asked within one exchange.
SILENCE = 3
Come = Callable[..., Awaitable[str]]


@pytest_asyncio.fixture
async def customer(bank_settings: Settings) -> str:
    """One of our bank's with payees."""
    return await add_to_ledger(bank_settings)


@pytest.fixture(autouse=True)
def nothing_left_of_other_tests(sql: psycopg.Connection[Any]) -> None:
    """Other tests had another bank."""
    sql.execute("DELETE FROM bank.linked_payments")
    sql.execute("DELETE FROM bank.worker_failures")


async def authorise_link(talk: Talk) -> str:
    summary = (await talk.say(ORDER, "transfer_money"))[0]
    assert summary.response == "utter_linked_pay_summary"
    [go] = await talk.say("yes", "affirm")
    assert go.response == "utter_linked_pay_go"
    return go.facts["link"]


@pytest.fixture
def come_back(opened: Bank, server: BankServer, talk: Talk) -> Come:
    """The customer follows a link, agrees at the bank (or not) and is back: what came of it."""

    async def come(link: str, *, agreed: bool = True) -> str:
        assert opened.linked is not None
        state = link.rpartition("/")[2]
        code = None
        if agreed:
            _, code = server.oauth.agree(await opened.linked.way(state), str(talk.customer))
        return await opened.linked.returned(str(talk.customer), state, code)

    return come


def taken(server: BankServer) -> int:
    """Pence that left the bank's accounts."""
    server.state.settle()
    return sum(plan.booked() - account.booked for held in server.state.customers.values() for account in held.accounts)


def noticed(sql: psycopg.Connection[Any], talk: Talk) -> list[str]:
    query = "SELECT kind FROM bank.notices WHERE customer_id = %s AND kind LIKE 'linked_payment%%' ORDER BY id"
    return [kind for (kind,) in sql.execute(query, (talk.customer,)).fetchall()]


async def look_after(opened: Bank, sql: psycopg.Connection[Any]) -> bool:
    """The worker's turn, later."""
    sql.execute("UPDATE bank.linked_payments SET changed_at = changed_at - interval '1 hour'")
    sql.execute("UPDATE bank.worker_failures SET retry_at = now(), failed_at = now() - interval '1 hour'")
    worker = Worker(opened.transfers.pool, jobs_of(opened), utc_now)
    [job] = [job for job in worker.jobs if job.name == "linked_payments"]
    return await worker.one(job)


async def test_a_payment_is_summed_up_authorised_at_the_bank_and_made_once(
    talk: Talk, opened: Bank, server: BankServer, linked: Customer, come_back: Come, sql: psycopg.Connection[Any]
) -> None:
    server.state.charge_pence = 30
    [summary] = await talk.say(ORDER, "transfer_money")
    for fact in (gbp(2_000), "Maya Fernandes", plan.PAYEES["Maya Fernandes"][-4:], "Main", BANK_NAME):
        assert fact in summary.text
    assert talk.form is None
    assert server.count("POST", CONSENTS) == 0
    [go] = await talk.say("yes", "affirm")
    assert gbp(30) in go.text
    assert gbp(2_030) in go.text
    assert server.count("POST", PAYMENTS) == 0
    assert await come_back(go.facts["link"]) == "pending"
    with pytest.raises(NotFound):
        await come_back(go.facts["link"], agreed=False)
    assert taken(server) == 2_030
    assert await look_after(opened, sql)
    assert noticed(sql, talk) == ["linked_payment_pending", "linked_payment_posted"]
    assert not await look_after(opened, sql)
    assert server.count("POST", PAYMENTS) == 1


@pytest.mark.parametrize("answer", ["no", "yes, but make it 40"])
async def test_without_a_plain_yes_the_bank_hears_nothing(
    talk: Talk, server: BankServer, linked: Customer, answer: str
) -> None:
    await talk.say(ORDER, "transfer_money")
    replies = await talk.say(answer, "deny" if answer == "no" else "correct_value")
    assert "utter_linked_pay_go" not in names(replies)
    assert server.count("POST", CONSENTS) == 0


async def test_a_yes_counts_once(talk: Talk, server: BankServer, linked: Customer) -> None:
    await authorise_link(talk)
    [again] = await talk.say("yes", "affirm")
    assert again.response == "utter_affirm_nothing_pending"
    assert server.count("POST", CONSENTS) == 1


async def test_who_does_not_authorise_pays_nothing(
    talk: Talk, opened: Bank, server: BankServer, linked: Customer, come_back: Come, sql: psycopg.Connection[Any]
) -> None:
    assert await come_back(await authorise_link(talk), agreed=False) == "declined"
    assert not await look_after(opened, sql)
    assert (taken(server), noticed(sql, talk)) == (0, [])


@pytest.mark.parametrize("fault", [TAKEN_THEN_DROPPED, TAKEN_THEN_BROKEN, BROKEN], ids=["dropped", "broken", "before"])
async def test_a_lost_answer_is_unknown_and_found_out_later_without_a_second_payment(
    talk: Talk,
    opened: Bank,
    server: BankServer,
    linked: Customer,
    come_back: Come,
    sql: psycopg.Connection[Any],
    fault: Fault,
) -> None:
    link = await authorise_link(talk)
    server.faults.add("POST", PAYMENTS, *[fault] * SILENCE)
    assert await come_back(link) == "unknown"
    assert noticed(sql, talk) == []
    assert await look_after(opened, sql)
    assert noticed(sql, talk) == ["linked_payment_pending"]
    assert taken(server) == 2_000
    assert len(server.state.payments) == 1


async def test_a_payment_that_the_bank_refuses_moves_nothing_and_is_told(
    talk: Talk, opened: Bank, server: BankServer, linked: Customer, come_back: Come, sql: psycopg.Connection[Any]
) -> None:
    link = await authorise_link(talk)
    server.faults.add("POST", PAYMENTS, Fault(before=True, answer=(400, {})))
    assert await come_back(link) == "refused"
    assert noticed(sql, talk) == ["linked_payment_refused"]
    assert not await look_after(opened, sql)
    assert taken(server) == 0


@pytest.mark.parametrize(
    ("said", "response"),
    [
        (f"Pay Maya Fernandes from my {BANK_NAME} account", "utter_linked_pay_how"),
        (f"Pay 20 pounds from my {BANK_NAME} account", "utter_linked_pay_how"),
        (f"Pay 20 pounds to Nobody from my {BANK_NAME} account", "utter_error_payee_unknown"),
        (f"Pay 20 euros to Maya Fernandes from my {BANK_NAME} account", "utter_linked_pay_no_account"),
        (f"Pay -5 pounds to Maya Fernandes from my {BANK_NAME} account", "utter_error_amount_negative"),
        (f"Pay 0 pounds to Maya Fernandes from my {BANK_NAME} account", "utter_error_amount_zero"),
    ],
)
async def test_what_cannot_be_ordered_is_said_and_the_bank_hears_nothing(
    talk: Talk, server: BankServer, linked: Customer, said: str, response: str
) -> None:
    assert names(await talk.say(said, "transfer_money"))[0] == response
    assert names(await talk.say("yes", "affirm")) == ["utter_affirm_nothing_pending"]
    assert server.count("POST", CONSENTS) == 0


async def test_more_than_the_account_holds_is_not_taken_by_the_bank(
    talk: Talk, server: BankServer, linked: Customer
) -> None:
    await talk.say(f"Pay 900,000 pounds to Maya Fernandes from my {BANK_NAME} account", "transfer_money")
    [reply] = await talk.say("yes", "affirm")
    assert reply.response == "utter_linked_pay_unavailable"


async def test_who_has_linked_nothing_links_first(talk: Talk, server: BankServer) -> None:
    assert names(await talk.say(ORDER, "transfer_money"))[0] == "utter_linked_pay_link_first"
    assert server.requests == []


async def test_an_order_lies_sealed_is_exported_and_ends_with_the_customer(
    talk: Talk, opened: Bank, linked: Customer, sql: psycopg.Connection[Any]
) -> None:
    await authorise_link(talk)
    customer = str(talk.customer)
    query = "SELECT p::text FROM bank.linked_payments p WHERE customer_id = %s"
    [[lying]] = sql.execute(query, (customer,)).fetchall()
    assert "Maya" not in lying
    records = (await opened.rights.export(customer))["records"]
    assert isinstance(records, dict)
    assert [record["payee"] for record in records["linked_payments"]] == ["Maya Fernandes"]
    await opened.rights.erase(customer)
    assert sql.execute(query, (customer,)).fetchall() == []
