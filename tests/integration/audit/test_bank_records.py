# ruff: noqa: F811
"""What the bank's services leave in the audit, in the transaction of the thing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from actions.bank.errors import CodeLocked, CodeWrong, StepUpRequired
from actions.bank.model.money import Money
from actions.bank.services import Bank
from actions.bank.use_cases.audited import CARD_CHANGES, INSTRUCTIONS, KNOWN, LIMITS
from actions.bank.use_cases.operation_kinds import KINDS
from actions.bank.use_cases.operations import Order
from common import demo, keys
from common.audit import words
from common.audit.pseudonym import Pseudonyms
from common.audit.tally import Tally
from common.database import open_pool
from common.settings import Settings
from custom_components.admin.desk import Desk
from custom_components.security.audit import DoorAudit, is_present
from custom_components.security.tokens import Principal
from tests.integration.audit.records_of import Trail
from tests.integration.bank.bank_customers import MakeCustomer
from tests.integration.bank.conftest import approved, bank, bank_settings, code_for, make_customer, sql  # noqa: F401

ALEX = demo.CUSTOMERS["alex"]


@pytest.fixture
def trail(bank_settings: Settings) -> Trail:
    return Trail(bank_settings)


_COLUMNS = "(kind, actor, subject, outcome, channel, country, details)"


@pytest.fixture
def deafen(sql: psycopg.Connection[Any]) -> Iterator[Callable[[], object]]:
    """Makes the audit refuse every record until the test ends."""
    yield lambda: sql.execute(f"REVOKE INSERT {_COLUMNS} ON audit.intake FROM teller_audit_writer")
    sql.execute(f"GRANT INSERT {_COLUMNS} ON audit.intake TO teller_audit_writer")


async def test_a_transfer_leaves_code_sent_code_verified_and_the_movement(
    bank: Bank,
    trail: Trail,
    make_customer: MakeCustomer,
    approved: Any,
    sql: psycopg.Connection[Any],
) -> None:
    customer = await make_customer()
    key = await approved(customer, 2_500)
    await bank.transfers.execute(customer, key)
    await bank.transfers.execute(customer, key)
    told = trail.about("customer", customer)
    payee = trail.who("payee", (await bank.payees.resolve(customer, "Maya Fernandes")).id)
    assert [one.details["stage"] for one in told if one.kind == "step_up"] == ["sent", "verified"]
    assert {one.details["payee"] for one in told if one.kind == "step_up"} == {payee}
    [moved] = [one for one in told if one.kind == "money_movement" and one.details["operation"] == "transfer"]
    [posting] = [
        row[0] for row in sql.execute("SELECT posting_id FROM bank.payment_intents WHERE key = %s", (key,)).fetchall()
    ]
    assert (moved.actor, moved.subject, moved.outcome) == (trail.who("customer", customer),) * 2 + ("done",)
    assert moved.details["amount_minor"] == 2_500
    assert moved.details["currency"] == "GBP"
    assert moved.details["payee"] == payee
    assert moved.details["posting"] == trail.who("posting", posting)


async def test_every_posting_of_the_ledger_has_one_record(
    trail: Trail,
    sql: psycopg.Connection[Any],
    bank: Bank,
) -> None:
    postings = sorted(trail.who("posting", row[0]) for row in sql.execute("SELECT id FROM bank.postings").fetchall())
    told = sorted(one.details["posting"] for one in trail.all() if one.kind == "money_movement")
    assert len(postings) > 50
    assert told == postings


async def test_no_money_moves_that_the_audit_did_not_take(
    bank: Bank,
    make_customer: MakeCustomer,
    approved: Any,
    sql: psycopg.Connection[Any],
    deafen: Callable[[], object],
) -> None:
    customer = await make_customer()
    key = await approved(customer, 2_500)
    deafen()
    entries = sql.execute("SELECT count(*) FROM bank.entries").fetchone()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await bank.transfers.execute(customer, key)
    assert sql.execute("SELECT count(*) FROM bank.entries").fetchone() == entries
    assert sql.execute("SELECT state FROM bank.payment_intents WHERE key = %s", (key,)).fetchone() == ("prepared",)
    [main] = await bank.accounts.list(customer)
    assert main.booked == Money(100_000, "GBP")


async def test_wrong_codes_are_recorded_with_the_tries_that_are_left(
    bank: Bank,
    trail: Trail,
    make_customer: MakeCustomer,
) -> None:
    customer = await make_customer()
    payee = await bank.payees.resolve(customer, "Maya Fernandes")
    quote = await bank.transfers.quote(customer, payee.id, Money(1_000, "GBP"))
    key = (await bank.transfers.prepare(customer, quote)).key
    await bank.step_up.challenge(customer, key)
    for _ in range(4):
        with pytest.raises(CodeWrong):
            await bank.step_up.verify(customer, key, "no code")
    with pytest.raises(CodeLocked):
        await bank.step_up.verify(customer, key, "no code")
    tried = [one for one in trail.about("customer", customer, "step_up") if one.details["stage"] != "sent"]
    assert [one.outcome for one in tried] == ["refused"] * 5
    assert [one.details.get("tries_left") for one in tried] == [4, 3, 2, 1, None]
    assert [one.details["stage"] for one in tried] == ["wrong"] * 4 + ["locked"]


async def test_cards_that_are_frozen_and_thawed_leave_a_record_each(
    bank: Bank,
    trail: Trail,
    code_for: Any,
) -> None:
    card = next(card for card in await bank.cards.list(ALEX) if card.status == "active" and card.kind == "physical")
    before = len(trail.about("customer", ALEX, "card_change"))
    await bank.cards.freeze(ALEX, [card.id], "lost")
    await bank.cards.freeze(ALEX, [card.id], "lost")
    key = (await bank.cards.prepare_unfreeze(ALEX, card.id)).key
    with pytest.raises(StepUpRequired):
        await bank.cards.unfreeze(ALEX, key)
    await bank.step_up.challenge(ALEX, key)
    await bank.step_up.verify(ALEX, key, await code_for(ALEX))
    await bank.cards.unfreeze(ALEX, key)
    told = trail.about("customer", ALEX, "card_change")[before:]
    pseudonym = trail.who("card", card.id)
    assert [one.details for one in told] == [
        {"operation": "freeze", "card": pseudonym, "cause": "lost"},
        {"operation": "unfreeze", "card": pseudonym},
    ]


async def test_an_operation_is_recorded_when_it_is_carried_out_and_not_when_it_is_quoted(
    bank: Bank,
    trail: Trail,
) -> None:
    card = next(card for card in await bank.cards.list(ALEX) if card.status == "active" and card.contactless_on)
    order = Order(card_id=card.id, details={"channel": "contactless", "on": False})
    before = len(trail.about("customer", ALEX))
    await bank.operations.quote(ALEX, "switch_channel", order)
    assert len(trail.about("customer", ALEX)) == before
    await bank.operations.apply(ALEX, "switch_channel", order)
    [told] = trail.about("customer", ALEX)[before:]
    assert (told.kind, told.details) == (
        "card_change",
        {"operation": "contactless_off", "card": trail.who("card", card.id)},
    )


async def test_a_lower_limit_is_recorded_with_its_amount(bank: Bank, trail: Trail) -> None:
    card = next(card for card in await bank.cards.list(ALEX) if card.status == "active" and card.kind == "physical")
    limit = (await bank.cards.limits(ALEX, card.id))[0]
    details = {"code": limit.code, "amount_minor": limit.limit.amount_minor - 100, "currency": limit.limit.currency}
    await bank.operations.apply(ALEX, "set_card_limit", Order(card_id=card.id, details=details))
    told = trail.about("customer", ALEX, "limit_change")[-1]
    assert told.details == {
        "limit": "card",
        "after_minor": limit.limit.amount_minor - 100,
        "currency": limit.limit.currency,
        "period": "day",
        "card": trail.who("card", card.id),
    }


async def test_what_is_stopped_twice_is_recorded_once(bank: Bank, trail: Trail) -> None:
    mandate = next(one for one in await bank.regular.mandates(ALEX) if one.status == "active")
    before = len(trail.about("customer", ALEX, "instruction"))
    await bank.regular.cancel_mandate(ALEX, mandate.id)
    await bank.regular.cancel_mandate(ALEX, mandate.id)
    assert [one.details for one in trail.about("customer", ALEX, "instruction")[before:]] == [
        {"operation": "mandate_cancelled"}
    ]


async def test_a_talk_is_recorded_when_a_person_is_asked_for_and_when_an_agent_takes_and_ends_it(
    bank: Bank, trail: Trail, bank_settings: Settings
) -> None:
    agent, session = Principal(str(uuid4()), "agent"), uuid4().hex
    before = len(trail.about("customer", ALEX, "handoff"))
    number = (await bank.handoff.open(ALEX, session, "complaint", "wants a person")).number
    await bank.handoff.open(ALEX, session, "complaint", "wants a person")
    pool = await open_pool(bank_settings, "identity", max_size=1)
    audit = DoorAudit(Pseudonyms(keys.load(bank_settings)), Tally(pool))
    is_present(agent)
    desk = Desk(pool, audit)
    await desk.take(number, agent.subject, "Ann")
    await desk.end(number, agent.subject, "closed")
    await pool.close()
    told = trail.about("customer", ALEX, "handoff")[before:]
    assert [one.details["stage"] for one in told] == ["asked", "taken", "ended"]
    assert {one.details["ticket"] for one in told} == {trail.who("ticket", number)}
    assert [one.actor for one in told] == [trail.who("customer", ALEX), *[trail.who("user", agent.subject)] * 2]


@pytest.mark.parametrize("taken", [False, True], ids=["nobody-came", "the-agent-fell-silent"])
async def test_a_talk_that_goes_back_by_itself_is_recorded_as_left(
    bank: Bank, trail: Trail, bank_settings: Settings, sql: psycopg.Connection[Any], taken: bool
) -> None:
    number = (await bank.handoff.open(ALEX, uuid4().hex, "complaint", "wants a person")).number
    pool = await open_pool(bank_settings, "identity", max_size=1)
    desk = Desk(pool, DoorAudit(Pseudonyms(keys.load(bank_settings)), Tally(pool)))
    is_present(Principal(str(uuid4()), "agent"))
    if taken:
        await desk.take(number, str(uuid4()), "Ann")
    sql.execute("UPDATE bank.handoff_tickets SET gives_up_at = now() WHERE number = %s", (number,))
    await desk.queue()
    await desk.queue()
    await pool.close()
    ticket = trail.who("ticket", number)
    told = [one for one in trail.about("customer", ALEX, "handoff") if one.details["ticket"] == ticket]
    assert [(one.actor, one.details["stage"]) for one in told][-1] == ("system", "left")
    assert [one.details["stage"] for one in told].count("left") == 1


def test_every_operation_has_a_word_of_its_own() -> None:
    assert KINDS.keys() - KNOWN == set()
    assert KINDS.keys() - words.APPROVABLE == set()
    assert set(CARD_CHANGES.values()) <= words.CARD_OPERATIONS
    assert set(INSTRUCTIONS.values()) <= words.INSTRUCTIONS - {"other"}
    assert set(LIMITS.values()) <= words.LIMITS


async def test_no_record_of_the_bank_holds_a_number_that_names_somebody(bank: Bank, trail: Trail) -> None:
    """Nor an id of the bank's own tables."""
    text = str(trail.all())
    accounts, payees = await bank.accounts.list(ALEX), await bank.payees.list(ALEX)
    known = [ALEX, *(a.id for a in accounts), *(a.iban for a in accounts), *(p.id for p in payees)]
    known += [*(p.iban for p in payees), *(p.name for p in payees)]
    assert len(known) > 8
    assert [value for value in known if value in text] == []
