"""Sending money: quote, prepare, (second factor), execute once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from actions.bank.errors import (
    AccountNotAvailable,
    InsufficientFunds,
    InvalidIban,
    KeyConflict,
    NotFound,
    PayeeNotAllowed,
)
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee, PreparedTransfer, TransferQuote, TransferReceipt, TransferStatus
from actions.bank.repository import accounts, customers, intents, ledger, payees, policies
from actions.bank.repository.unit import Connection, Row
from actions.bank.rules import (
    Usage,
    arrival_date,
    check_amount,
    check_limits,
    fee_for,
    period_ends,
    period_starts,
    route_for,
)
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.step_up import StepUp
from actions.bank.use_cases.transfer_booking import Transfer, book
from actions.bank.use_cases.transfer_limits import limits_of

PREPARED_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Transfers(Service):
    step_up: StepUp

    async def quote(
        self, customer_id: str, payee_id: str, amount: Money, account_id: str | None = None
    ) -> TransferQuote:
        """What sending `amount` (in the account's currency) costs and when it arrives, if it may be sent now.

        Raises InvalidAmount, NotFound, AccountNotAvailable, PayeeNotAllowed, LimitExceeded, InsufficientFunds.
        """
        check_amount(amount)
        async with self.pool.connection() as connection:
            payee = await self._payee(connection, customer_id, payee_id)
            account = await self._account(connection, customer_id, amount.currency, account_id)
            return await self._quote(connection, customer_id, payee, amount, account)

    async def prepare(self, customer_id: str, quote: TransferQuote, replaces: str | None = None) -> PreparedTransfer:
        """Store what the customer is about to confirm under a fresh key; it moves nothing.

        `replaces` is the key of the version that this one corrects: it is cancelled and its code void.
        """
        key, now = str(uuid4()), self.clock()

        async def work(connection: Connection) -> PreparedTransfer:
            payee = await self._payee(connection, customer_id, quote.payee.id)
            account = await self._account(connection, customer_id, quote.amount.currency, quote.account.id)
            fresh = await self._quote(connection, customer_id, payee, quote.amount, account)
            if fresh.fee != quote.fee:
                raise KeyConflict("price_changed")
            if replaces is not None:
                await self._cancel(connection, customer_id, replaces)
            await intents.add(connection, _intent(customer_id, key, fresh, now))
            return PreparedTransfer(key, fresh, now + PREPARED_LIFE)

        return await ledger.booking(self.pool, work)

    async def execute(self, customer_id: str, key: str) -> TransferReceipt:
        """Book the prepared transfer, once: the same key again returns the stored receipt.

        Raises StepUpRequired or CodeVoid without a fitting verified code, KeyConflict for a cancelled or locked
        one, PreparedExpired, and everything `quote` raises (all is checked again); then nothing is booked.
        """
        return await ledger.booking(self.pool, lambda connection: self._execute(connection, customer_id, key))

    async def status(self, customer_id: str, key: str) -> TransferStatus:
        """What became of a key: the truth after a lost or timed-out answer."""
        async with self.pool.connection() as connection:
            intent = await intents.get(connection, customer_id, key, "transfer")
            if intent["state"] == "executed":
                return TransferStatus(key, "executed", await self._receipt(connection, customer_id, intent))
        lapsed = intent["state"] == "prepared" and self.clock() >= intent["expires_at"]
        return TransferStatus(key, "expired" if lapsed else intent["state"], None)

    async def cancel_prepared(self, customer_id: str, key: str) -> None:
        """Void a prepared transfer and its code; raises KeyConflict if it was executed already."""
        await ledger.booking(self.pool, lambda connection: self._cancel(connection, customer_id, key))

    @staticmethod
    async def _cancel(connection: Connection, customer_id: str, key: str) -> None:
        intent = await intents.get(connection, customer_id, key, "transfer", lock=True)
        if intent["state"] == "executed":
            raise KeyConflict("executed")
        if intent["state"] == "prepared":
            await intents.set_state(connection, customer_id, key, "cancelled")
            await intents.void_challenges(connection, customer_id, key)

    async def _execute(self, connection: Connection, customer_id: str, key: str) -> TransferReceipt:
        intent = await intents.get(connection, customer_id, key, "transfer", lock=True)
        if intent["state"] == "executed":
            return await self._receipt(connection, customer_id, intent)
        now = self.clock()
        intents.require_open(intent, now)
        await self.step_up.require_verified(connection, intent)

        return await self._book(connection, intent, now)

    async def carry_out_order(
        self, connection: Connection, customer_id: str, key: str, payee_id: str, amount: Money, account_id: str
    ) -> TransferReceipt:
        """Book a transfer whose code was given when its order was set up; the same key again books nothing.

        Raises what `quote` raises; then nothing is booked.
        """
        await ledger.lock_customer(connection, customer_id)
        known = await intents.find(connection, customer_id, key)
        if known is not None:
            return await self._receipt(connection, customer_id, known)
        check_amount(amount)
        now = self.clock()
        async with connection.transaction():
            payee = await self._payee(connection, customer_id, payee_id)
            account = await self._account(connection, customer_id, amount.currency, account_id)
            quote = await self._quote(connection, customer_id, payee, amount, account)
            await intents.add(connection, _intent(customer_id, key, quote, now))
            prepared = await intents.get(connection, customer_id, key, lock=True)
            return await self._book(connection, prepared, now, "standing_order")

    async def _book(
        self, connection: Connection, intent: Row, now: datetime, kind: str = "transfer"
    ) -> TransferReceipt:
        """Check everything again under the locks of the customer and the accounts, then book."""
        customer_id, key, source_id = (str(intent[name]) for name in ("customer_id", "key", "account_id"))
        await ledger.lock_customer(connection, customer_id)
        amount, fee = (Money(intent[name], intent["currency"]) for name in ("amount_minor", "fee_minor"))
        payee = await self._payee(connection, customer_id, str(intent["payee_id"]))
        target = await self._inside(connection, payee, amount.currency)
        await ledger.lock_accounts(connection, [source_id, *([str(target["id"])] if target else [])])
        account = await self._account(connection, customer_id, amount.currency, source_id)
        await self._quote(connection, customer_id, payee, amount, account, agreed_fee=fee)
        timezone = (await customers.profile(connection, self.sealer, customer_id)).timezone
        transfer = Transfer(
            kind,
            customer_id,
            key,
            account,
            payee,
            target,
            amount,
            fee,
            intent["route"],
            intent["arrival_date"],
            timezone,
            now,
        )
        posting_id = await book(connection, transfer)
        await intents.set_executed(
            connection,
            customer_id,
            key,
            now,
            posting_id=posting_id,
            reference=transfer.reference,
            new_balance_minor=(account.booked - amount - fee).amount_minor,
        )
        return await self._receipt(connection, customer_id, await intents.get(connection, customer_id, key))

    async def way(self, connection: Connection, payee: Payee, currency: str) -> tuple[str, Row | None]:
        """The route that money in this currency takes to the payee, and their account if it is at this bank.

        Raises PayeeNotAllowed.
        """
        country = await policies.country(connection, payee.country)
        await self._check_payee(connection, payee, allowed=bool(country and country["transfers"]))
        inside = await self._inside(connection, payee, currency)
        sepa = bool(country and country["sepa"])
        return route_for(currency, payee.country, sepa_country=sepa, internal=inside is not None), inside

    async def _inside(self, connection: Connection, payee: Payee, currency: str) -> Row | None:
        """The payee's account, where it is at this bank and takes the currency."""
        found = await accounts.by_fingerprint(connection, self.sealer.fingerprint(payee.iban))
        return found if found and found["currency"] == currency else None

    async def _quote(
        self,
        connection: Connection,
        customer_id: str,
        payee: Payee,
        amount: Money,
        account: Account,
        agreed_fee: Money | None = None,
    ) -> TransferQuote:
        """Every check of a transfer; `agreed_fee` is the fee that the customer has already confirmed."""
        profile = await customers.profile(connection, self.sealer, customer_id)
        route, _ = await self.way(connection, payee, amount.currency)
        if payee.iban == account.iban:
            raise InvalidIban("own_account")
        now = self.clock()
        verified = await customers.identity_verified(connection, customer_id)
        plan = profile.plan if verified else "unverified"
        check_limits(amount, await self._usages(connection, customer_id, plan, amount.currency, profile.timezone, now))
        rule = await policies.fee_rule(connection, f"transfer_{route}", profile.plan, amount.currency)
        fee = agreed_fee if agreed_fee is not None else fee_for(rule, amount)
        total = amount + fee
        if account.available < total:
            raise InsufficientFunds(account.available, total, account.name)
        times = await policies.transfer_time(connection, route)
        arrival = arrival_date(now, profile.timezone, times["usual_days"], times["cut_off"])
        return TransferQuote(payee, account, amount, fee, total, route, arrival, payee.name_check)

    @staticmethod
    async def _usages(
        connection: Connection, customer_id: str, plan: str, currency: str, timezone: str, now: datetime
    ) -> list[Usage]:
        starts, ends = period_starts(now, timezone), period_ends(now, timezone)
        usages = []
        for period, limit in (await limits_of(connection, customer_id, plan, currency)).items():
            since = starts.get(period)
            used = await intents.sent_since(connection, customer_id, currency, since) if since else 0
            usages.append(Usage(period, limit, Money(used, currency), ends.get(period)))
        return usages

    @staticmethod
    async def _check_payee(connection: Connection, payee: Payee, *, allowed: bool) -> None:
        code = payee.block_reason if payee.status == "blocked" else None if allowed else "unsupported_country"
        if code is not None:
            reason = await policies.reason(connection, code)
            raise PayeeNotAllowed(payee, code, reason.explanation, reason.fix)

    async def _payee(self, connection: Connection, customer_id: str, payee_id: str) -> Payee:
        payee = await payees.one(connection, self.sealer, customer_id, payee_id)
        if payee is None:
            raise NotFound("payee")
        return payee

    async def _account(
        self, connection: Connection, customer_id: str, currency: str, account_id: str | None
    ) -> Account:
        if account_id is None:
            held = await accounts.of_customer(connection, self.sealer, customer_id)
            fitting = [a for a in held if a.currency == currency and a.status != "closed"]
            if not fitting:
                raise AccountNotAvailable("no_account_in_currency", currency, tuple(a.currency for a in held))
            account = next((a for a in fitting if a.status == "active"), fitting[0])
        else:
            found = await accounts.one(connection, self.sealer, customer_id, account_id)
            if found is None:
                raise NotFound("account")
            account = found
        if account.status != "active":
            raise AccountNotAvailable(account.status, account.currency)
        if account.currency != currency:
            raise AccountNotAvailable("currency_mismatch", account.currency)
        return account

    async def _receipt(self, connection: Connection, customer_id: str, intent: Row) -> TransferReceipt:
        payee = await self._payee(connection, customer_id, str(intent["payee_id"]))
        account = await accounts.one(connection, self.sealer, customer_id, str(intent["account_id"]))
        if account is None:
            raise NotFound("account")
        amount, fee = (Money(intent[name], intent["currency"]) for name in ("amount_minor", "fee_minor"))
        return TransferReceipt(
            reference=intent["reference"],
            status="completed",
            amount=amount,
            fee=fee,
            total=amount + fee,
            payee=payee.name,
            payee_tail=payee.tail,
            account=account.name,
            new_balance=Money(intent["new_balance_minor"], intent["currency"]),
            arrival_date=intent["arrival_date"],
            executed_at=intent["executed_at"],
        )


def _intent(customer_id: str, key: str, quote: TransferQuote, now: datetime) -> dict[str, Any]:
    """Columns of bank.payment_intents for a transfer that is prepared now."""
    return {
        "customer_id": customer_id,
        "key": key,
        "kind": "transfer",
        "state": "prepared",
        "account_id": quote.account.id,
        "payee_id": quote.payee.id,
        "amount_minor": quote.amount.amount_minor,
        "fee_minor": quote.fee.amount_minor,
        "currency": quote.amount.currency,
        "route": quote.route,
        "arrival_date": quote.arrival_date,
        "created_at": now,
        "expires_at": now + PREPARED_LIFE,
    }
