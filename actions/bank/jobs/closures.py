"""Closing a customer's accounts on the agreed day: balances are paid out, then everything ends together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid5

from actions.bank.errors import NotPossible
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.repository import accounts, clearing, closing, closures, customers, ledger, payees, policies
from actions.bank.repository.unit import Connection, Row
from actions.bank.rules import arrival_date
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.transfer_booking import Transfer, book
from actions.bank.use_cases.transfers import Transfers


@dataclass(frozen=True, slots=True)
class Closures(Service):
    """Where something still has to be settled the closing waits and is tried again."""

    transfers: Transfers
    name: ClassVar[str] = "closures"

    async def take(self, connection: Connection) -> Row | None:
        return await closures.take_due(connection, self.name, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        customer_id = str(item["customer_id"])
        await ledger.lock_customer(connection, customer_id)
        blockers = await closing.blockers(connection, customer_id)
        if blockers or await clearing.open_of_customer(connection, customer_id):
            raise NotPossible("closure_blocked")
        held = await accounts.of_customer(connection, self.sealer, customer_id)
        await ledger.lock_accounts(connection, [account.id for account in held])
        for account in await accounts.of_customer(connection, self.sealer, customer_id):
            if account.booked.amount_minor:
                await self._pay_out(connection, item, account)
        await closures.end_everything(connection, customer_id, self.clock())

    async def _pay_out(self, connection: Connection, item: Row, account: Account) -> None:
        """The whole balance, free of charge: no fee was agreed for it."""
        if item["payout_payee_id"] is None:
            raise NotPossible("payout_missing")
        customer_id, now = str(item["customer_id"]), self.clock()
        payee = await payees.one(connection, self.sealer, customer_id, str(item["payout_payee_id"]))
        if payee is None:
            raise NotPossible("payout_missing")
        route, target = await self.transfers.way(connection, payee, account.currency)
        if target is not None:
            await ledger.lock_accounts(connection, [str(target["id"])])
        profile = await customers.profile(connection, self.sealer, customer_id)
        times = await policies.transfer_time(connection, route)
        arrival = arrival_date(now, profile.timezone, times["usual_days"], times["cut_off"])
        key, free = str(uuid5(item["id"], account.id)), Money.zero(account.currency)
        await book(
            connection,
            Transfer("closing", customer_id, key, account, payee, target, account.booked, free, route, arrival,
                     profile.timezone, now),
        )  # fmt: skip
