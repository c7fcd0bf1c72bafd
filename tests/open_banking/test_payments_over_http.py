"""Paying through a bank that answers late, twice, wrongly or not at all: never twice, and never a false "no"."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from actions.bank.core.bootstrap import open_banking_core
from actions.bank.core.errors import (
    AuthorisationNeeded,
    CoreAnswerInvalid,
    CoreRefused,
    CoreUnavailable,
    OutcomeUnknown,
)
from actions.bank.core.values import AccountNumber, PaymentConsent, PaymentOrder
from actions.bank.errors import InvalidRequest
from actions.bank.model.money import Money
from actions.bank.open_banking import settings as open_banking_settings
from actions.bank.open_banking.adapter import OpenBankingCore
from actions.bank.services import Bank
from tests.open_banking import plan
from tests.open_banking.bank_server import BankServer
from tests.open_banking.bank_state import iban_of
from tests.open_banking.conftest import PATIENCE, Connected, Pauses, agree
from tests.open_banking.faults import (
    BROKEN,
    DROPPED_BEFORE,
    TAKEN_THEN_BROKEN,
    TAKEN_THEN_DROPPED,
    Fault,
    busy,
    taken_then_silent,
    with_body,
    with_header,
)

PAYMENTS, CONSENTS = "/pisp/domestic-payments", "/pisp/domestic-payment-consents"
MAYA = AccountNumber("iban", iban_of(plan.PAYEES["Maya Fernandes"]))
Agreed = Callable[[], Awaitable[tuple[str, PaymentConsent]]]


@pytest.fixture
def agreed(core: OpenBankingCore, server: BankServer, connected: Connected) -> Agreed:
    """A customer and their consent to pay £25.00 to Maya, authorised at the bank."""

    async def make() -> tuple[str, PaymentConsent]:
        customer, _ = await connected()
        [account] = await core.accounts(customer)
        order = PaymentOrder(str(uuid4()), account, "Maya Fernandes", MAYA, Money(2_500, "GBP"))
        consent = await core.propose(customer, order)
        assert consent.authorise_url is not None
        await core.authorisation.finish(customer, *await agree(core, server, consent.authorise_url, customer))
        return customer, consent

    return make


def taken(server: BankServer) -> int:
    """Pence that left the bank's accounts."""
    server.state.settle()
    return sum(plan.booked() - account.booked for held in server.state.customers.values() for account in held.accounts)


async def test_a_payment_taken_on_a_dropped_connection_is_asked_for_again_and_made_once(
    core: OpenBankingCore, server: BankServer, agreed: Agreed, pauses: Pauses
) -> None:
    customer, consent = await agreed()
    seen: list[tuple[str, bytes]] = []
    answer = server.answer

    def listen(method: str, target: str, headers: dict[str, str], body: bytes) -> Any:
        if method == "POST" and target.endswith("/domestic-payments"):
            seen.append((headers["x-idempotency-key"], body))
        return answer(method, target, headers, body)

    server.answer = listen  # type: ignore[method-assign]  # the double replaces a method
    server.faults.add("POST", PAYMENTS, TAKEN_THEN_DROPPED)
    paid = await core.pay(customer, consent)
    assert paid.status == "pending"
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert pauses.seconds == [1.0]
    assert list(server.state.payments) == [paid.id]
    assert taken(server) == 2_500


@pytest.mark.parametrize(
    "faults",
    [
        [TAKEN_THEN_DROPPED, TAKEN_THEN_DROPPED],
        [DROPPED_BEFORE],
        [BROKEN],
        [TAKEN_THEN_BROKEN, BROKEN],
        [busy(2)],
        [DROPPED_BEFORE, busy(1)],
        [busy(1), TAKEN_THEN_DROPPED],
    ],
    ids=lambda faults: str(len(faults)),
)
async def test_trouble_that_passes_ends_in_one_payment(
    core: OpenBankingCore, server: BankServer, agreed: Agreed, pauses: Pauses, faults: list[Fault]
) -> None:
    customer, consent = await agreed()
    server.faults.add("POST", PAYMENTS, *faults)
    paid = await core.pay(customer, consent)
    assert paid.amount == Money(2_500, "GBP")
    assert len(pauses.seconds) == len(faults)
    assert min(pauses.seconds) >= 1
    assert taken(server) == 2_500


@pytest.mark.parametrize("fault", [TAKEN_THEN_DROPPED, TAKEN_THEN_BROKEN], ids=["dropped", "broken"])
async def test_trouble_that_stays_leaves_the_outcome_open_until_asked_again(
    core: OpenBankingCore, server: BankServer, agreed: Agreed, fault: Fault
) -> None:
    customer, consent = await agreed()
    server.faults.add("POST", PAYMENTS, fault, fault, fault)
    with pytest.raises(OutcomeUnknown) as unknown:
        await core.pay(customer, consent)
    assert unknown.value.facts == {"key": consent.order.key, "consent_id": consent.id}
    assert server.count("POST", PAYMENTS) == 3
    paid = await core.pay(customer, await core.propose(customer, consent.order))
    assert list(server.state.payments) == [paid.id]
    assert taken(server) == 2_500


async def test_an_answer_that_comes_too_late_is_asked_for_again(
    bank: Bank, environment: dict[str, str], server: BankServer, agreed: Agreed, pauses: Pauses
) -> None:
    customer, consent = await agreed()
    short = replace(PATIENCE, answer=2.0)
    impatient = open_banking_core(open_banking_settings.load(environment), bank.accounts, short, pauses)
    server.faults.add("POST", PAYMENTS, taken_then_silent(4.0))
    try:
        paid = await impatient.pay(customer, consent)
    finally:
        await impatient.close()
    assert server.count("POST", PAYMENTS) >= 2
    assert list(server.state.payments) == [paid.id]
    assert taken(server) == 2_500


async def test_a_refusal_is_not_believed_where_the_consent_cannot_be_looked_at(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    changed = replace(consent, order=replace(consent.order, amount=Money(2_501, "GBP")))
    server.faults.add("GET", CONSENTS, BROKEN, BROKEN, BROKEN)
    with pytest.raises(OutcomeUnknown):
        await core.pay(customer, changed)


async def test_a_bank_that_never_took_it_is_unavailable_and_nothing_moved(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    server.faults.add("POST", PAYMENTS, busy(2), busy(2), busy(3))
    with pytest.raises(CoreUnavailable) as unavailable:
        await core.pay(customer, consent)
    assert unavailable.value.facts == {"retry_after": 3}
    assert taken(server) == 0


async def test_a_bank_that_is_busy_for_long_is_not_waited_for(
    core: OpenBankingCore, server: BankServer, agreed: Agreed, pauses: Pauses
) -> None:
    customer, consent = await agreed()
    server.faults.add("POST", PAYMENTS, busy(600))
    with pytest.raises(CoreUnavailable) as unavailable:
        await core.pay(customer, consent)
    assert unavailable.value.facts == {"retry_after": 600}
    assert pauses.seconds == []


async def test_retry_after_is_obeyed(core: OpenBankingCore, server: BankServer, agreed: Agreed, pauses: Pauses) -> None:
    customer, consent = await agreed()
    server.faults.add("POST", PAYMENTS, busy(7))
    await core.pay(customer, consent)
    assert pauses.seconds == [7]


async def test_a_bank_that_forgets_keys_is_not_believed_when_it_refuses(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    server.state.forgetful = True
    server.faults.add("POST", PAYMENTS, TAKEN_THEN_DROPPED)
    with pytest.raises(OutcomeUnknown):
        await core.pay(customer, consent)
    with pytest.raises(OutcomeUnknown):
        await core.pay(customer, consent)
    assert taken(server) == 2_500


async def test_a_day_later_the_used_consent_still_pays_nothing_twice(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    await core.pay(customer, consent)
    server.state.ahead = timedelta(hours=25)
    with pytest.raises(OutcomeUnknown):
        await core.pay(customer, consent)
    assert taken(server) == 2_500


def says(field: str, value: Any) -> Fault:
    """The bank's own words with another value at `Data.<field>`."""

    def change(message: dict[str, Any]) -> None:
        *path, last = field.split(".")
        place = message["Data"]
        for name in path:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return Fault(say=change)


WRONG: dict[str, Fault] = {
    "status nobody knows": says("Status", "ACXX"),
    "no status": says("Status", None),
    "another consent": says("ConsentId", "consent-of-another"),
    "another amount": says("Initiation.InstructedAmount", {"Amount": "2500.00", "Currency": "GBP"}),
    "another payee": says("Initiation.CreditorAccount.Identification", "GB33BUKB20201555555555"),
    "an amount in fractions": says("Initiation.InstructedAmount", {"Amount": "25.001", "Currency": "GBP"}),
    "charges in another currency": says(
        "Charges",
        [{"ChargeBearer": "BorneByDebtor", "Type": "x", "Amount": {"Amount": "1.00", "Currency": "EUR"}}],
    ),
    "a list for an object": says("Initiation", []),
    "no signature": with_header("x-jws-signature", ""),
    "a signature of nothing": with_header("x-jws-signature", "e30..e30"),
    "a changed body": with_body(lambda body: body.replace(b'"RCVD"', b'"ACSC"')),
    "no JSON": with_body(lambda _: b"<html>"),
    "too much": with_body(lambda _: b" " * (5 * 1024 * 1024)),
    "another content": with_header("content-type", "text/html"),
    "the answer to another question": with_header("x-fapi-interaction-id", "00000000-0000-4000-8000-000000000000"),
}


@pytest.mark.parametrize("fault", WRONG.values(), ids=WRONG)
async def test_an_answer_that_cannot_be_relied_on_leaves_the_outcome_open(
    core: OpenBankingCore, server: BankServer, agreed: Agreed, fault: Fault
) -> None:
    customer, consent = await agreed()
    server.faults.add("POST", PAYMENTS, fault)
    with pytest.raises(OutcomeUnknown):
        await core.pay(customer, consent)
    paid = await core.pay(customer, consent)
    assert list(server.state.payments) == [paid.id]
    assert taken(server) == 2_500


@pytest.mark.parametrize("name", ["status nobody knows", "no signature", "a changed body", "too much"])
async def test_a_wrong_answer_about_a_payment_is_an_error_that_says_nothing_of_it(
    core: OpenBankingCore, server: BankServer, agreed: Agreed, name: str
) -> None:
    customer, consent = await agreed()
    paid = await core.pay(customer, consent)
    server.faults.add("GET", PAYMENTS, WRONG[name])
    with pytest.raises(CoreAnswerInvalid):
        await core.payment(customer, paid.id)


async def test_a_rejected_payment_says_so_with_its_reason(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()

    def reject(message: dict[str, Any]) -> None:
        message["Data"] |= {"Status": "RJCT", "StatusReason": [{"StatusReasonCode": "AM04"}]}

    server.faults.add("POST", PAYMENTS, Fault(say=reject))
    paid = await core.pay(customer, consent)
    assert (paid.status, paid.core_status, paid.reason) == ("rejected", "RJCT", "AM04")


async def test_charges_are_told_before_and_after(core: OpenBankingCore, server: BankServer, agreed: Agreed) -> None:
    server.state.charge_pence = 150
    customer, consent = await agreed()
    assert consent.fee == Money(150, "GBP")
    assert (await core.pay(customer, consent)).fee == Money(150, "GBP")


async def test_a_refusal_gives_the_banks_codes_and_none_of_its_sentences(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    changed = replace(consent, order=replace(consent.order, amount=Money(2_501, "GBP")))
    with pytest.raises(CoreRefused) as refusal:
        await core.pay(customer, changed)
    assert refusal.value.facts == {"status": 400, "codes": ("U008",)}
    assert str(refusal.value) == "core_refused"
    assert taken(server) == 0


async def test_each_step_has_a_key_of_its_own_and_keeps_it(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    proposed = server.heard[CONSENTS][0]["x-idempotency-key"]
    await core.propose(customer, consent.order)
    assert server.heard[CONSENTS][0]["x-idempotency-key"] == proposed
    await core.pay(customer, consent)
    paid = server.heard[PAYMENTS][0]["x-idempotency-key"]
    assert len({proposed, paid, consent.order.key}) == 3
    assert max(map(len, (proposed, paid))) <= 40


async def test_the_order_travels_as_confirmed_and_without_anything_else(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    await core.pay(customer, consent)
    sent = json.loads(server.heard[PAYMENTS][1])["Data"]["Initiation"]
    assert sent["InstructedAmount"] == {"Amount": "25.00", "Currency": "GBP"}
    assert sent["CreditorAccount"] == {"SchemeName": "UK.OBIE.IBAN", "Identification": MAYA.value,
                                       "Name": "Maya Fernandes"}  # fmt: skip
    assert sent["DebtorAccount"] == {"SchemeName": "UK.OBIE.SortCodeAccountNumber",
                                     "Identification": consent.order.account.numbers[0].value}  # fmt: skip
    assert len(sent["EndToEndIdentification"]) <= 31
    assert customer not in server.heard[PAYMENTS][1].decode()


async def test_a_lost_token_asks_the_customer_again_only_where_nothing_was_paid(
    core: OpenBankingCore, server: BankServer, agreed: Agreed
) -> None:
    customer, consent = await agreed()
    server.oauth.revoke_access()
    with pytest.raises(AuthorisationNeeded):
        await core.pay(customer, consent)
    assert taken(server) == 0
    payer, paid_consent = await agreed()
    await core.pay(payer, paid_consent)
    server.oauth.revoke_access()
    with pytest.raises(OutcomeUnknown):
        await core.pay(payer, paid_consent)
    assert taken(server) == 2_500


async def test_a_consent_is_asked_for_again_within_bounds(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, _ = await connected()
    [account] = await core.accounts(customer)
    order = PaymentOrder(str(uuid4()), account, "Maya Fernandes", MAYA, Money(2_500, "GBP"))
    server.faults.add("POST", CONSENTS, TAKEN_THEN_DROPPED, BROKEN)
    consent = await core.propose(customer, order)
    assert [one.id for one in server.state.consents.values() if one.scope == "payments"] == [consent.id]
    server.faults.add("POST", CONSENTS, BROKEN, BROKEN, BROKEN)
    with pytest.raises(CoreUnavailable):
        await core.propose(customer, order)


async def test_what_cannot_be_written_as_an_order_is_refused_before_it_is_sent(
    core: OpenBankingCore, server: BankServer, connected: Connected
) -> None:
    customer, _ = await connected()
    [account] = await core.accounts(customer)
    for order in (
        PaymentOrder(str(uuid4()), replace(account, numbers=()), "Maya", MAYA, Money(1, "GBP")),
        PaymentOrder(str(uuid4()), account, "Maya", MAYA, Money(10**15, "JPY")),
    ):
        with pytest.raises(InvalidRequest):
            await core.propose(customer, order)
    assert server.count("POST", CONSENTS) == 0
