"""The port over UK Open Banking v4.0: account information and domestic payments at another core."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlencode

from actions.bank.core.cursor import moment, pack, unpack
from actions.bank.core.errors import AuthorisationNeeded, CoreAnswerInvalid, CoreRefused, OutcomeUnknown, Purpose
from actions.bank.core.values import (
    Balance,
    Beneficiary,
    CoreAccount,
    DirectDebit,
    Payment,
    PaymentConsent,
    PaymentOrder,
    Returned,
    StandingOrder,
    TransactionSlice,
)
from actions.bank.errors import BankError, InvalidRequest, NotFound
from actions.bank.open_banking import accounts, payments
from actions.bank.open_banking.api import Api, Message, Token, entries
from actions.bank.open_banking.authorisation import Authorisation
from actions.bank.open_banking.oauth import AuthorisationServer
from actions.bank.open_banking.reading import identifier, reading
from actions.bank.open_banking.wire import Wire

ACCESS_CONSENTS = "/aisp/account-access-consents"
ACCOUNTS = "/aisp/accounts"
# How banks answer for an id that is nobody's, or somebody else's.
GONE = (400, 403, 404)
# Banks read the times of a filter in whatever zone they keep; what is too much is left out here.
FILTER_MARGIN = timedelta(days=1)
T = TypeVar("T")


class OpenBankingCore:
    """CoreElsewhere over HTTP."""

    def __init__(self, api: Api, server: AuthorisationServer, authorisation: Authorisation, wire: Wire) -> None:
        self._api = api
        self._server = server
        self.authorisation = authorisation
        self._wire = wire

    async def connect(self, customer_id: str) -> str | None:
        message = {"Data": {"Permissions": accounts.PERMISSIONS}, "Risk": {}}
        made = await self._api.post(ACCESS_CONSENTS, self._ours("accounts"), message)
        with reading("account-access-consents"):
            consent_id = identifier(made["Data"]["ConsentId"], 128)
        return await self.authorisation.begin(customer_id, consent_id, "accounts")

    async def connected(self, customer_id: str) -> bool:
        return await self.authorisation.granted(customer_id)

    async def way(self, state: str) -> str:
        return await self.authorisation.way(state)

    async def returned(self, customer_id: str, state: str, code: str | None) -> Returned:
        if code is None:
            agreement = await self.authorisation.drop(customer_id, state)
        else:
            agreement = await self.authorisation.finish(customer_id, state, code)
        return Returned(agreement.purpose, agreement.consent_id)

    async def disconnect(self, customer_id: str) -> None:
        for consent_id in await self.authorisation.withdrawn(customer_id):
            await self.end(consent_id)
            await self.authorisation.forget(customer_id, consent_id)

    async def end(self, consent_id: str) -> None:
        path = f"{ACCESS_CONSENTS}/{_segment(consent_id, 'consent')}"
        with suppress(NotFound):
            await _found(self._api.delete(path, self._ours("accounts")), "consent")

    async def accounts(self, customer_id: str) -> Sequence[CoreAccount]:
        try:
            found = await self._api.all(ACCOUNTS, self._customers(customer_id), "Account")
        except CoreRefused as error:
            if error.facts["status"] == 403:
                raise AuthorisationNeeded("accounts") from error
            raise
        with reading("accounts"):
            return [accounts.account(entry) for entry in found]

    async def balances(self, customer_id: str, account_id: str) -> Sequence[Balance]:
        found = await self._of_account(customer_id, account_id, "balances", "Balance")
        with reading("balances"):
            return accounts.balances(found, account_id)

    async def transactions(
        self,
        customer_id: str,
        account_id: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        cursor: str | None = None,
    ) -> TransactionSlice:
        path = f"{_account_path(account_id)}/transactions"
        query: str | None = _filter(since, before)
        if cursor is not None:
            kept_since, kept_before, query = unpack(cursor, account_id, 3)
            since, before = moment(kept_since), moment(kept_before)
        asked = f"{path}?{query}" if query else path
        page = await _found(self._api.get(asked, self._customers(customer_id)), "account")
        with reading("transactions"):
            moving = [entry for entry in entries(page, "Transaction") if accounts.moves_money(entry)]
            read = {line.id: line for line in map(accounts.transaction, moving)}
            if any(line.account_id != account_id for line in read.values()):
                raise ValueError("a transaction of another account")
        wanted = [
            line
            for line in read.values()
            if (since is None or line.created_at >= since) and (before is None or line.created_at < before)
        ]
        wanted.sort(key=lambda line: line.created_at, reverse=True)
        following = self._api.next_path(page, path)
        left = None if following is None else pack(account_id, since, before, following.partition("?")[2])
        return TransactionSlice(tuple(wanted), left)

    async def beneficiaries(self, customer_id: str) -> Sequence[Beneficiary]:
        return await self._of_all(customer_id, "beneficiaries", "Beneficiary", accounts.beneficiary)

    async def direct_debits(self, customer_id: str) -> Sequence[DirectDebit]:
        return await self._of_all(customer_id, "direct-debits", "DirectDebit", accounts.direct_debit)

    async def standing_orders(self, customer_id: str) -> Sequence[StandingOrder]:
        return await self._of_all(customer_id, "standing-orders", "StandingOrder", accounts.standing_order)

    async def propose(self, customer_id: str, order: PaymentOrder) -> PaymentConsent:
        message = payments.consent_message(order)
        key = payments.step_key(order, "consent")
        made = await self._api.post(payments.CONSENTS, self._ours("payments"), message, key=key)
        consent = payments.consent(made, order)
        if consent.status != "awaiting":
            return consent
        url = await self.authorisation.begin(customer_id, consent.id, "payments")
        return replace(consent, authorise_url=url)

    async def consent(self, customer_id: str, consent: PaymentConsent) -> PaymentConsent:
        await self.authorisation.own(customer_id, consent.id)
        read = payments.consent(await self._consent(consent), consent.order)
        return replace(read, authorise_url=consent.authorise_url if read.status == "awaiting" else None)

    async def pay(self, customer_id: str, consent: PaymentConsent) -> Payment:
        """As the port says.

        A refusal is believed only while the bank says that the consent is still unused: a bank that has forgotten
        the key (after 24 hours it may) refuses what it has already paid.
        """
        agreement = await self.authorisation.own(customer_id, consent.id)
        if agreement.tokens is None:
            raise AuthorisationNeeded("payments")
        unknown = OutcomeUnknown(consent.order.key, consent.id)
        token = partial(self.authorisation.payment_token, customer_id, consent.id)
        message = payments.payment_message(consent)
        key = payments.step_key(consent.order, "payment")
        try:
            made = await self._api.post(payments.PAYMENTS, token, message, key=key, in_doubt=unknown)
        except (CoreRefused, AuthorisationNeeded) as refusal:
            if await self._may_be_used(consent):
                raise unknown from refusal
            raise
        try:
            return payments.payment_of(made, consent)
        except CoreAnswerInvalid as error:
            raise unknown from error

    async def payment(self, customer_id: str, payment_id: str) -> Payment:
        path = f"{payments.PAYMENTS}/{_segment(payment_id, 'payment')}"
        read = payments.payment(await _found(self._api.get(path, self._ours("payments")), "payment"))
        try:
            await self.authorisation.own(customer_id, read.consent_id)
        except NotFound as error:
            raise NotFound("payment") from error
        return read

    async def close(self) -> None:
        await self._wire.close()

    async def _may_be_used(self, consent: PaymentConsent) -> bool:
        try:
            return payments.consent_status(await self._consent(consent)) == "consumed"
        except BankError:
            return True

    async def _consent(self, consent: PaymentConsent) -> Message:
        path = f"{payments.CONSENTS}/{_segment(consent.id, 'consent')}"
        return await _found(self._api.get(path, self._ours("payments")), "consent")

    def _ours(self, purpose: Purpose) -> Token:
        return partial(self._server.own_token, purpose)

    def _customers(self, customer_id: str) -> Token:
        return partial(self.authorisation.access_token, customer_id)

    async def _of_account(self, customer_id: str, account_id: str, resource: str, name: str) -> list[Message]:
        path = f"{_account_path(account_id)}/{resource}"
        return await _found(self._api.all(path, self._customers(customer_id), name), "account")

    async def _of_all(self, customer_id: str, resource: str, name: str, read: Callable[[Message], T]) -> list[T]:
        """What all accounts have of a resource; what several of them share is listed once."""
        held = await self.accounts(customer_id)
        found = await asyncio.gather(*(self._of_account(customer_id, one.id, resource, name) for one in held))
        with reading(resource):
            return list(dict.fromkeys(read(entry) for part in found for entry in part))


async def _found(asking: Awaitable[T], what: str) -> T:
    try:
        return await asking
    except CoreRefused as error:
        if error.facts["status"] in GONE:
            raise NotFound(what) from error
        raise


def _segment(identifier: str, what: str) -> str:
    """One part of a path; raises NotFound for what cannot be one."""
    if not identifier or identifier.strip(".") == "":
        raise NotFound(what)
    return quote(identifier, safe="")


def _account_path(account_id: str) -> str:
    return f"{ACCOUNTS}/{_segment(account_id, 'account')}"


def _filter(since: datetime | None, before: datetime | None) -> str:
    """Query parameters without a zone, as the specification wants them, and a day wider on both sides."""
    bounds = {
        "fromBookingDateTime": since and since - FILTER_MARGIN,
        "toBookingDateTime": before and before + FILTER_MARGIN,
    }
    if any(at is not None and at.tzinfo is None for at in bounds.values()):
        raise InvalidRequest(reason="zone")
    return urlencode(
        {name: f"{at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S}" for name, at in bounds.items() if at is not None}
    )
