"""Paying from an account at another bank: stored before it is sent, authorised there, paid once, and told truly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from actions.bank.core.errors import AuthorisationNeeded, CoreError, CoreRefused, OutcomeUnknown
from actions.bank.core.port import CoreElsewhere
from actions.bank.core.values import AccountNumber, CoreAccount, Payment, PaymentConsent, PaymentOrder
from actions.bank.errors import NotFound
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee
from actions.bank.repository import audit, linked_payments, notices
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.within import Within

PAYING_SECONDS = 20
Outcome = Literal["pending", "posted", "rejected", "refused", "declined", "unknown"]
"""`pending`: the bank has it and has not decided; `refused`: nothing was paid; `unknown`: perhaps, and it is asked."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the customer authorises at the other bank under `link`."""

    order: PaymentOrder
    fee: Money
    link: str


class LinkedPayments:
    """`name` is what customers call the other bank."""

    def __init__(self, name: str, core: CoreElsewhere, base: Service, within: Within) -> None:
        self._name = name
        self._core = core
        self._base = base
        self._within = within

    async def put(self, customer_id: str, account: CoreAccount, payee: Payee, amount: Money) -> PaymentOrder:
        """Keep an order that is put to the customer; the bank has not heard of it."""
        order = PaymentOrder(str(uuid4()), account, payee.name, AccountNumber("iban", payee.iban), amount)
        async with self._base.pool.connection() as connection:
            await linked_payments.add(connection, self._base.sealer, customer_id, order, self._base.clock())
        return order

    async def propose(self, customer_id: str, order_id: str) -> Agreed:
        """Tell the bank of an order the customer has confirmed; it moves nothing.

        Raises NotFound for one that is not theirs, was proposed already or is too old, and the errors of the port.
        """
        now = self._base.clock()
        async with self._base.pool.connection() as connection:
            found = await linked_payments.find(connection, customer_id, id=order_id)
            if found is None or found["state"] != "asked" or found["created_at"] <= now - linked_payments.ASKED_LIFE:
                raise NotFound("prepared_operation")
            order = await linked_payments.order_of(connection, self._base.sealer, found)
        consent = await self._within(PAYING_SECONDS, self._core.propose(customer_id, order))
        if consent.authorise_url is None:
            raise CoreRefused(409, ())
        async with self._base.pool.connection() as connection:
            await linked_payments.change(connection, order.key, "proposed", now, consent_id=consent.id)
            await audit.tell(connection, "instruction", customer_id, {"operation": "linked_payment_proposed"})
        return Agreed(order, consent.fee, consent.authorise_url)

    async def returned(self, customer_id: str, consent_id: str, *, agreed: bool) -> Outcome:
        """The customer is back from authorising: pay, once. What became of it is also told by a notice."""
        async with self._base.pool.connection() as connection:
            found = await linked_payments.find(connection, customer_id, consent_id=consent_id)
            if found is None:
                raise NotFound("prepared_operation")
            state = "authorised" if agreed else "declined"
            await linked_payments.change(connection, found["id"], state, self._base.clock())
        if not agreed:
            return "declined"
        async with self._base.pool.connection() as connection:
            try:
                payment = await self._paid(connection, found)
            except OutcomeUnknown:
                return "unknown"
            return await self._settle(connection, found, payment)

    async def look_after(self, connection: Connection, found: Row) -> None:
        """Pay again under the same key what may have been paid, or ask what became of what the bank took.

        Raises OutcomeUnknown and CoreUnavailable while the bank does not say.
        """
        customer_id = str(found["customer_id"])
        if found["state"] == "authorised":
            await self._settle(connection, found, await self._paid(connection, found))
            return
        payment = await self._within(PAYING_SECONDS, self._core.payment(customer_id, found["payment_id"]))
        if payment.status == "pending":
            await linked_payments.change(connection, found["id"], "pending", self._base.clock())
        else:
            await self._settle(connection, found, payment)

    async def _paid(self, connection: Connection, found: Row) -> Payment | None:
        """The payment; None where the bank has refused it, so that nothing moved. Raises OutcomeUnknown."""
        order = await linked_payments.order_of(connection, self._base.sealer, found)
        consent = PaymentConsent(found["consent_id"], order, "authorised", Money.zero(order.amount.currency), None)
        try:
            return await self._within(PAYING_SECONDS, self._core.pay(str(found["customer_id"]), consent))
        except (CoreRefused, AuthorisationNeeded):
            return None
        except OutcomeUnknown:
            raise
        except CoreError as error:  # not sent, or not understood: the next try decides
            raise OutcomeUnknown(order.key, consent.id) from error

    async def _settle(self, connection: Connection, found: Row, payment: Payment | None) -> Outcome:
        """Write down what became of a payment, and leave a notice and a record of it."""
        outcome: Outcome = "refused" if payment is None else payment.status
        customer_id, now = str(found["customer_id"]), self._base.clock()
        payment_id = payment.id if payment else None
        await linked_payments.change(connection, found["id"], outcome, now, payment_id=payment_id)
        order = await linked_payments.order_of(connection, self._base.sealer, found)
        facts: dict[str, notices.Fact] = {
            "bank": self._name,
            "payee": order.payee,
            "amount": order.amount,
            "reference": order.reference,
        }
        await notices.add(connection, customer_id, f"linked_payment_{outcome}", facts, about=str(found["id"]))
        told = {"operation": f"linked_payment_{outcome}"}
        refused = outcome in ("refused", "rejected")
        await audit.tell(connection, "instruction", customer_id, told, outcome="refused" if refused else "done")
        return outcome
