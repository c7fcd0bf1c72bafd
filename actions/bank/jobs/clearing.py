"""Making payments between banks final: posted when they have arrived, voided when the other bank refused them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from actions.bank.repository import clearing, ledger, transactions
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.returns import give_back, parts
from actions.bank.use_cases.transfer_booking import FEE_INCOME, OTHER_BANKS

CARDS_OF_OTHERS = "top-ups"
NO_ANSWER = "issuer_silent"


@dataclass(frozen=True, slots=True)
class Clearing(Service):
    """What goes out is final on its day unless it was refused, what comes in only once it was accepted."""

    name: ClassVar[str] = "clearing"

    async def take(self, connection: Connection) -> Row | None:
        return await clearing.take_due(connection, self.name, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        now = self.clock()
        if item["direction"] == "out":
            reason = item["reason_code"] or await clearing.refused_by_us(connection, str(item["id"]))
            await (give_back(connection, item, reason, now) if reason else self._settle(connection, item, now))
        elif item["answer"] == "accepted":
            await self._credit(connection, item, now)
        else:
            reason = item["reason_code"] or NO_ANSWER
            await transactions.set_declined(connection, str(item["transaction_id"]), reason)
            await clearing.resolve(connection, str(item["id"]), "voided", now, reason_code=reason)

    @staticmethod
    async def _settle(connection: Connection, item: Row, now: datetime) -> None:
        amount, _, waiting = await parts(connection, item)
        others = await ledger.system_account(connection, OTHER_BANKS, amount.currency)
        legs = [(waiting, -amount), (others, amount)]
        posting_id = await ledger.post(connection, "settlement", item["reference"], legs, now)
        await clearing.resolve(connection, str(item["id"]), "posted", now, posting_id=posting_id)

    @staticmethod
    async def _credit(connection: Connection, item: Row, now: datetime) -> None:
        amount, fee, _ = await parts(connection, item)
        account_id = str(item["account_id"])
        await ledger.lock_accounts(connection, [account_id])
        others = await ledger.system_account(connection, CARDS_OF_OTHERS, amount.currency)
        legs = [(others, -amount), (account_id, amount - fee)]
        if fee.amount_minor:
            legs.append((await ledger.system_account(connection, FEE_INCOME, fee.currency), fee))
        posting_id = await ledger.post(connection, item["kind"], item["reference"], legs, now)
        await transactions.set_arrived(connection, str(item["transaction_id"]), posting_id, now)
        await clearing.resolve(connection, str(item["id"]), "posted", now, posting_id=posting_id)
