"""The port over our own ledger: the existing services and repositories in the port's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg_pool import PoolTimeout

from actions.bank.core.cursor import moment, pack, unpack
from actions.bank.core.errors import AuthorisationNeeded, CoreUnavailable, OutcomeUnknown
from actions.bank.core.values import (
    AccountNumber,
    Balance,
    Beneficiary,
    ConsentStatus,
    CoreAccount,
    DirectDebit,
    Payment,
    PaymentConsent,
    PaymentOrder,
    StandingOrder,
    TransactionSlice,
)
from actions.bank.errors import InvalidRequest, KeyConflict, NotFound, StepUpRequired
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.transfers import TransferReceipt
from actions.bank.repository import accounts, intents, proposals, regular, transactions
from actions.bank.repository.account_feed import AccountFeed
from actions.bank.repository.unit import Connection, Row
from actions.bank.services import Bank
from actions.bank.use_cases.base import Service

PAGE = 50


@dataclass(frozen=True, slots=True)
class LedgerCore(Service):
    """CoreBank on PostgreSQL. A consent is a prepared transfer: its code (`bank.step_up`) authorises it.

    `page` is how many transactions a slice holds at most.
    """

    bank: Bank
    page: int = PAGE

    async def connect(self, customer_id: str) -> str | None:
        return None

    async def disconnect(self, customer_id: str) -> None:
        """Nothing was agreed to."""

    async def accounts(self, customer_id: str) -> Sequence[CoreAccount]:
        return [_account(account) for account in await self.bank.accounts.list(customer_id)]

    async def balances(self, customer_id: str, account_id: str) -> Sequence[Balance]:
        async with self.pool.connection() as connection:
            account = await self._own(connection, customer_id, account_id)
        return [Balance(account.id, account.booked, account.available, self.clock())]

    async def transactions(
        self,
        customer_id: str,
        account_id: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        cursor: str | None = None,
    ) -> TransactionSlice:
        wanted = AccountFeed(since=since, before=before, account_id=account_id)
        if cursor is not None:
            wanted = _continued(cursor, account_id)
        async with self.pool.connection() as connection:
            await self._own(connection, customer_id, account_id)
            found = await transactions.search(connection, customer_id, wanted, self.page + 1)
        items = tuple(found[: self.page])
        if len(found) == len(items):
            return TransactionSlice(items, None)
        last = items[-1]
        return TransactionSlice(items, pack(account_id, wanted.since, last.created_at, last.id))

    async def beneficiaries(self, customer_id: str) -> Sequence[Beneficiary]:
        saved = [payee for payee in await self.bank.payees.list(customer_id) if payee.status != "unsaved"]
        return [Beneficiary(payee.id, payee.name, AccountNumber("iban", payee.iban)) for payee in saved]

    async def direct_debits(self, customer_id: str) -> Sequence[DirectDebit]:
        async with self.pool.connection() as connection:
            found = await regular.mandates(connection, customer_id)
        return [
            DirectDebit(
                id=str(row["id"]),
                account_id=str(row["account_id"]),
                collector=row["collector"],
                reference=row["reference"],
                status=row["status"],
                last_amount=None
                if row["last_amount_minor"] is None
                else Money(row["last_amount_minor"], row["currency"]),
                last_on=None,
                next_on=row["next_run"],
            )
            for row in found
        ]

    async def standing_orders(self, customer_id: str) -> Sequence[StandingOrder]:
        async with self.pool.connection() as connection:
            found = await regular.standing_orders(connection, self.sealer, customer_id)
        return [
            StandingOrder(
                id=str(row["id"]),
                account_id=str(row["account_id"]),
                payee=row["payee"],
                amount=Money(row["amount_minor"], row["currency"]),
                schedule=row["schedule"],
                status=row["status"],
                next_on=row["next_run"],
            )
            for row in found
        ]

    async def propose(self, customer_id: str, order: PaymentOrder) -> PaymentConsent:
        async with self.pool.connection() as connection:
            known = await proposals.by_key(connection, customer_id, order.key)
        if known is not None:
            return await self._same(customer_id, order, known)
        if order.number.scheme != "iban":
            raise InvalidRequest(reason="iban_needed")
        payee = await self.bank.payees.adopt_iban(customer_id, order.number.value, order.payee)
        quote = await self.bank.transfers.quote(customer_id, payee.id, order.amount, order.account.id)
        prepared = await self.bank.transfers.prepare(customer_id, quote)
        async with self.pool.connection() as connection:
            ours = await proposals.add(connection, customer_id, order.key, order.digest(), prepared.key, self.clock())
            first = await proposals.by_key(connection, customer_id, order.key)
        if not ours and first is not None:
            await self.bank.transfers.cancel_prepared(customer_id, prepared.key)
            return await self._same(customer_id, order, first)
        return PaymentConsent(prepared.key, order, "awaiting", quote.fee, None)

    async def consent(self, customer_id: str, consent: PaymentConsent) -> PaymentConsent:
        async with self.pool.connection() as connection:
            known = await proposals.by_consent(connection, customer_id, consent.id)
        if known is None:
            raise NotFound("consent")
        return await self._same(customer_id, consent.order, known)

    async def pay(self, customer_id: str, consent: PaymentConsent) -> Payment:
        await self.consent(customer_id, consent)
        try:
            receipt = await self.bank.transfers.execute(customer_id, consent.id)
        except StepUpRequired as error:
            raise AuthorisationNeeded("payments") from error
        except PoolTimeout as error:
            raise CoreUnavailable() from error
        except psycopg.OperationalError as error:  # the connection broke: perhaps after its commit
            raise OutcomeUnknown(consent.order.key, consent.id) from error
        return _payment(consent.id, receipt)

    async def payment(self, customer_id: str, payment_id: str) -> Payment:
        status = await self.bank.transfers.status(customer_id, payment_id)
        if status.receipt is None:
            raise NotFound("payment")
        return _payment(payment_id, status.receipt)

    async def close(self) -> None:
        """Nothing of its own is open: the pool is the bank's."""

    async def _own(self, connection: Connection, customer_id: str, account_id: str) -> Account:
        held = await accounts.of_customer(connection, self.sealer, customer_id)
        found = next((account for account in held if account.id == account_id), None)
        if found is None:
            raise NotFound("account")
        return found

    async def _same(self, customer_id: str, order: PaymentOrder, known: Row) -> PaymentConsent:
        """The consent of an order that was proposed before."""
        if known["order_digest"] != order.digest() or str(known["key"]) != order.key:
            raise KeyConflict("changed")
        consent_id = str(known["consent_id"])
        async with self.pool.connection() as connection:
            intent = await intents.get(connection, customer_id, consent_id, "transfer")
            challenge = await intents.live_challenge(connection, customer_id, consent_id)
        verified = challenge is not None and challenge["state"] == "verified"
        fee = Money(intent["fee_minor"], intent["currency"])
        return PaymentConsent(consent_id, order, self._state(intent, verified=verified), fee, None)

    def _state(self, intent: Row, *, verified: bool) -> ConsentStatus:
        if intent["state"] == "executed":
            return "consumed"
        if intent["state"] != "prepared" or self.clock() >= intent["expires_at"]:
            return "rejected"
        return "authorised" if verified else "awaiting"


def _continued(cursor: str, account_id: str) -> AccountFeed:
    since, at, line = unpack(cursor, account_id, 3)
    after = moment(at)
    try:
        UUID(line)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest() from error
    if after is None or line is None:
        raise InvalidRequest()
    return AccountFeed(since=moment(since), account_id=account_id, after=(after, line))


def _account(account: Account) -> CoreAccount:
    numbers = [AccountNumber("iban", account.iban)]
    if account.sort_code and account.account_number:
        digits = account.sort_code.replace("-", "") + account.account_number
        numbers.insert(0, AccountNumber("sort_code", digits))
    return CoreAccount(account.id, account.name, account.currency, account.holder, tuple(numbers), account.status)


def _payment(consent_id: str, receipt: TransferReceipt) -> Payment:
    return Payment(
        id=consent_id,
        consent_id=consent_id,
        status="posted",
        amount=receipt.amount,
        fee=receipt.fee,
        reference=receipt.reference,
        created_at=receipt.executed_at,
        core_status="executed",
        reason=None,
    )
