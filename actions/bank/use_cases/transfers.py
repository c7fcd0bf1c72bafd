"""Sending money: quote, prepare, (second factor), execute once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from actions.bank.errors import (
    AccountNotAvailable,
    InsufficientFunds,
    InvalidIban,
    KeyConflict,
    NotFound,
    PayeeNotAllowed,
    PreparedExpired,
)
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee, PreparedTransfer, TransferQuote, TransferReceipt, TransferStatus
from actions.bank.repository import accounts, customers, intents, ledger, payees, policies, transactions
from actions.bank.repository.unit import Connection, Row, serializable
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

PREPARED_LIFE = timedelta(minutes=10)
CLEARING, FEE_INCOME = "transfers in clearing", "fee income"


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
            await intents.add(
                connection,
                {
                    "customer_id": customer_id,
                    "key": key,
                    "kind": "transfer",
                    "state": "prepared",
                    "account_id": account.id,
                    "payee_id": payee.id,
                    "amount_minor": fresh.amount.amount_minor,
                    "fee_minor": fresh.fee.amount_minor,
                    "currency": fresh.amount.currency,
                    "route": fresh.route,
                    "arrival_date": fresh.arrival_date,
                    "created_at": now,
                    "expires_at": now + PREPARED_LIFE,
                },
            )
            return PreparedTransfer(key, fresh, now + PREPARED_LIFE)

        return await serializable(self.pool, work)

    async def execute(self, customer_id: str, key: str) -> TransferReceipt:
        """Book the prepared transfer, once: the same key again returns the stored receipt.

        Raises StepUpRequired or CodeVoid without a fitting verified code, KeyConflict for a cancelled or locked
        one, PreparedExpired, and everything `quote` raises (all is checked again); then nothing is booked.
        """
        return await serializable(self.pool, lambda connection: self._execute(connection, customer_id, key))

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
        await serializable(self.pool, lambda connection: self._cancel(connection, customer_id, key))

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
        if intent["state"] != "prepared":
            raise KeyConflict(intent["state"])
        now = self.clock()
        if now >= intent["expires_at"]:
            raise PreparedExpired()
        await self.step_up.require_verified(connection, intent)

        amount, fee = (Money(intent[name], intent["currency"]) for name in ("amount_minor", "fee_minor"))
        payee = await self._payee(connection, customer_id, str(intent["payee_id"]))
        inside = await accounts.by_fingerprint(connection, self.sealer.fingerprint(payee.iban))
        target = inside if inside and inside["currency"] == amount.currency else None
        source_id = str(intent["account_id"])
        await ledger.lock_accounts(connection, [source_id, *([str(target["id"])] if target else [])])
        account = await self._account(connection, customer_id, amount.currency, source_id)
        await self._quote(connection, customer_id, payee, amount, account, agreed_fee=fee)

        reference = f"TR{UUID(key).hex[:10].upper()}"
        credited = str(target["id"]) if target else await ledger.system_account(connection, CLEARING, amount.currency)
        legs: list[ledger.Leg] = [(source_id, -(amount + fee)), (credited, amount)]
        if fee.amount_minor:
            legs.append((await ledger.system_account(connection, FEE_INCOME, amount.currency), fee))
        posting_id = await ledger.post(connection, "transfer", reference, legs, now)
        await self._feed(connection, account, payee, intent, target, posting_id, reference, now)
        await intents.set_executed(
            connection,
            customer_id,
            key,
            now,
            posting_id=posting_id,
            reference=reference,
            new_balance_minor=(account.booked - amount - fee).amount_minor,
        )
        executed = await intents.get(connection, customer_id, key)
        return await self._receipt(connection, customer_id, executed)

    @staticmethod
    async def _feed(
        connection: Connection,
        account: Account,
        payee: Payee,
        intent: Row,
        target: Row | None,
        posting_id: str,
        reference: str,
        now: datetime,
    ) -> None:
        """One line for the sender and, inside the bank, one for the recipient."""
        both = {
            "kind": "transfer",
            "status": "completed",
            "amount_minor": intent["amount_minor"],
            "currency": intent["currency"],
            "method": intent["route"],
            "reference": reference,
            "posting_id": posting_id,
            "created_at": now,
            "completed_at": now,
        }
        sent = {
            "customer_id": intent["customer_id"],
            "account_id": account.id,
            "direction": "out",
            "fee_minor": intent["fee_minor"],
            "fee_code": f"transfer_{intent['route']}" if intent["fee_minor"] else None,
            "counterparty": payee.name,
            "payee_id": payee.id,
            "intent_key": intent["key"],
            "expected_by": datetime.combine(intent["arrival_date"], now.timetz()),
        }
        await transactions.add(connection, both | sent)
        if target is not None:
            got = {"customer_id": target["customer_id"], "account_id": target["id"], "direction": "in"}
            await transactions.add(connection, both | got | {"counterparty": account.holder})

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
        country = await policies.country(connection, payee.country)
        await self._check_payee(connection, payee, allowed=bool(country and country["transfers"]))
        if payee.iban == account.iban:
            raise InvalidIban("own_account")
        inside = await accounts.by_fingerprint(connection, self.sealer.fingerprint(payee.iban))
        route = route_for(
            amount.currency,
            payee.country,
            sepa_country=bool(country and country["sepa"]),
            internal=inside is not None and inside["currency"] == amount.currency,
        )
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
        for period, limit in (await policies.amount_limits(connection, "transfer", plan, currency)).items():
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
