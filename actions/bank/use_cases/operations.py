"""Everything a customer approves with a second factor besides transfers: one mechanism, one class an operation.

`quote` says what an operation would do and cost, `prepare` mints the key under which it may be approved,
`execute` carries it out once and answers the same again for the same key, `apply` does at once what needs no code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from actions.bank.errors import InsufficientFunds, KeyConflict, NotFound, StepUpRequired
from actions.bank.model.accounts import Account
from actions.bank.model.cards import Card
from actions.bank.model.customers import Profile
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote, PreparedOperation
from actions.bank.repository import accounts, cards, customers, intents, ledger, policies, transactions
from actions.bank.repository.unit import Connection, Row, serializable
from actions.bank.sealing import Sealer
from actions.bank.use_cases import audited
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.step_up import StepUp

PREPARED_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Order:
    """What the customer wants: `details` are plain JSON values, by the names the operation's class documents."""

    card_id: str | None = None
    account_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """One operation at work: the open transaction, the customer and the time."""

    connection: Connection
    sealer: Sealer
    now: datetime
    profile: Profile

    async def card(self, card_id: str | None) -> Card:
        held = await cards.of_customer(self.connection, self.profile.id, lock=True)
        found = next((card for card in held if card.id == card_id), None)
        if found is None:
            raise NotFound("card")
        return found

    async def account(self, account_id: str | None, currency: str | None = None) -> Account:
        """The account named, else the customer's oldest active one (in this currency); raises NotFound."""
        held = await accounts.of_customer(self.connection, self.sealer, self.profile.id)
        fitting = [one for one in held if one.status == "active" and account_id in (None, one.id)]
        if account_id is None and currency is not None:
            fitting = [one for one in fitting if one.currency == currency]
        if not fitting:
            raise NotFound("account")
        return fitting[0]

    async def currencies(self) -> tuple[str, ...]:
        """Those of the customer's active accounts."""
        held = await accounts.of_customer(self.connection, self.sealer, self.profile.id)
        return tuple(dict.fromkeys(account.currency for account in held if account.status == "active"))

    async def fee(self, code: str, currency: str) -> Money:
        rule = await policies.fee_rule(self.connection, code, self.profile.plan, currency)
        return Money(rule.fixed_minor, currency)

    async def check_funds(self, account: Account, needed: Money) -> None:
        if account.available < needed:
            raise InsufficientFunds(account.available, needed, account.name)

    async def charge(self, account: Account, fee: Money, code: str) -> None:
        """Debit a fee and show it in the feed; nothing happens for a fee of zero."""
        if fee.amount_minor == 0:
            return
        await ledger.lock_accounts(self.connection, [account.id])
        await self.check_funds(await self.account(account.id), fee)
        other = await ledger.system_account(self.connection, "fee income", fee.currency)
        posting = await ledger.post(self.connection, "fee", code, [(account.id, -fee), (other, fee)], self.now)
        await transactions.add(
            self.connection,
            {
                "customer_id": self.profile.id,
                "account_id": account.id,
                "kind": "fee",
                "status": "completed",
                "direction": "out",
                "amount_minor": fee.amount_minor,
                "currency": fee.currency,
                "fee_code": code,
                "counterparty": await policies.text(self.connection, f"fee_name_{code}"),
                "posting_id": posting,
                "created_at": self.now,
                "completed_at": self.now,
            },
        )


class Operation(ABC):
    """One thing that can be done. `kind` names it in the table of prepared operations and its policy text
    `code_purpose_<kind>`, which the message with the code repeats."""

    kind: ClassVar[str]

    @abstractmethod
    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        """What it would do and cost; raises the BankError that forbids it."""

    @abstractmethod
    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        """Do it; returns JSON values that tell what was done."""

    async def holds_for(self, desk: Desk) -> timedelta:
        """How long what was quoted can be approved."""
        return PREPARED_LIFE

    def quoted(
        self,
        facts: Mapping[str, Any],
        fee: Money | None = None,
        *,
        needs_code: bool = True,
        terms: Mapping[str, Any] | None = None,
    ) -> OperationQuote:
        return OperationQuote(self.kind, dict(facts), fee, needs_code, dict(terms or {}))


@dataclass(frozen=True, slots=True)
class Operations(Service):
    step_up: StepUp
    kinds: Mapping[str, Operation]

    async def quote(self, customer_id: str, kind: str, order: Order) -> OperationQuote:
        """Nothing is stored; raises what forbids the operation now."""
        async with self.pool.connection() as connection:
            return await self.kinds[kind].check(await self._desk(connection, customer_id), order)

    async def prepare(self, customer_id: str, kind: str, order: Order) -> PreparedOperation:
        now, key = self.clock(), str(uuid4())
        async with self.pool.connection() as connection:
            desk = await self._desk(connection, customer_id)
            quote = await self.kinds[kind].check(desk, order)
            expires_at = now + await self.kinds[kind].holds_for(desk)
            wording = await policies.text(connection, f"code_purpose_{kind}")
            await intents.add(
                connection,
                {
                    "customer_id": customer_id,
                    "key": key,
                    "kind": kind,
                    "state": "prepared",
                    "card_id": order.card_id,
                    "account_id": order.account_id,
                    "details": {**order.details, **quote.terms},
                    "purpose": wording.format(**{name: str(value) for name, value in quote.facts.items()}),
                    "fee_minor": quote.fee.amount_minor if quote.fee else None,
                    "currency": quote.fee.currency if quote.fee else None,
                    "created_at": now,
                    "expires_at": expires_at,
                },
            )
        return PreparedOperation(key, quote, expires_at)

    async def execute(self, customer_id: str, key: str) -> Mapping[str, Any]:
        """Carry the operation out; only after `step_up.verify` where it needs a code, and never twice.

        Raises StepUpRequired, PreparedExpired, NotFound, KeyConflict (also where the fee is no longer the one that
        was shown) and what forbids the operation by now.
        """
        return await serializable(self.pool, lambda connection: self._execute(connection, customer_id, key))

    async def apply(self, customer_id: str, kind: str, order: Order) -> Mapping[str, Any]:
        """Do at once what protects or can be undone; raises StepUpRequired for everything else."""
        return await serializable(self.pool, lambda connection: self._apply(connection, customer_id, kind, order))

    async def outcome(self, customer_id: str, key: str) -> Mapping[str, Any] | None:
        """What an executed operation answered: the truth after a lost reply; None where it was not carried out."""
        async with self.pool.connection() as connection:
            intent = await self._intent(connection, customer_id, key)
        return dict(intent["outcome"] or {}) if intent["state"] == "executed" else None

    async def settle(self, customer_id: str, key: str) -> Mapping[str, Any] | None:
        """What became of an operation whose reply was lost; one that was not carried out never will be after this."""
        try:
            await self.cancel_prepared(customer_id, key)
        except KeyConflict:
            return await self.outcome(customer_id, key)
        return None

    async def cancel_prepared(self, customer_id: str, key: str) -> None:
        """Withdraw a prepared operation; raises KeyConflict where it was carried out already."""
        async with self.pool.connection() as connection:
            intent = await self._intent(connection, customer_id, key)
            if intent["state"] == "executed":
                raise KeyConflict("executed")
            if intent["state"] == "prepared":
                await intents.void_challenges(connection, customer_id, key)
                await intents.set_state(connection, customer_id, key, "cancelled")

    async def _execute(self, connection: Connection, customer_id: str, key: str) -> Mapping[str, Any]:
        intent = await self._intent(connection, customer_id, key)
        if intent["state"] == "executed":
            return dict(intent["outcome"])
        intents.require_open(intent, self.clock())
        operation, desk, order = self.kinds[intent["kind"]], await self._desk(connection, customer_id), _order(intent)
        quote = await operation.check(desk, order)
        if quote.needs_code:
            await self.step_up.require_verified(connection, intent)
        if (quote.fee.amount_minor if quote.fee else None) != intent["fee_minor"]:
            raise KeyConflict("fee_changed")
        outcome = await operation.carry_out(desk, order, quote)
        await audited.operation(connection, customer_id, quote, order.card_id, order.details)
        await intents.set_outcome(connection, customer_id, key, outcome, desk.now)
        return outcome

    async def _apply(self, connection: Connection, customer_id: str, kind: str, order: Order) -> Mapping[str, Any]:
        desk = await self._desk(connection, customer_id)
        quote = await self.kinds[kind].check(desk, order)
        if quote.needs_code:
            raise StepUpRequired()
        outcome = await self.kinds[kind].carry_out(desk, order, quote)
        await audited.operation(connection, customer_id, quote, order.card_id, order.details)
        return outcome

    async def _intent(self, connection: Connection, customer_id: str, key: str) -> Row:
        intent = await intents.get(connection, customer_id, key, lock=True)
        if intent["kind"] not in self.kinds:
            raise NotFound("prepared_operation")
        return intent

    async def _desk(self, connection: Connection, customer_id: str) -> Desk:
        profile = await customers.profile(connection, self.sealer, customer_id)
        return Desk(connection, self.sealer, self.clock(), profile)


def _order(intent: Row) -> Order:
    ids = {name: str(intent[name]) if intent[name] else None for name in ("card_id", "account_id")}
    return Order(**ids, details=intent["details"] or {})
