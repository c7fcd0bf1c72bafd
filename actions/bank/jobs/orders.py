"""Standing orders and transfers for a later day: carried out on their day, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid5

from actions.bank.errors import AccountNotAvailable, BankError, InsufficientFunds, LimitExceeded, PayeeNotAllowed
from actions.bank.model.money import Money
from actions.bank.repository import payees, regular, transactions
from actions.bank.repository.unit import Connection, Row
from actions.bank.schedules import next_run
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.transfers import Transfers


def key_for(order_id: UUID, due: date) -> str:
    """The idempotency key of one run of an order: the same whoever computes it, and however often."""
    return str(uuid5(order_id, due.isoformat()))


@dataclass(frozen=True, slots=True)
class Orders(Service):
    """A run that is refused is shown as declined and not tried again; the next one is due on its own day."""

    transfers: Transfers
    name: ClassVar[str] = "orders"

    async def take(self, connection: Connection) -> Row | None:
        return await regular.take_due_order(connection, self.name, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        due: date = item["next_run"]
        following = next_run(item["schedule"], due)
        customer_id, key = str(item["customer_id"]), key_for(item["id"], due)
        amount = Money(item["amount_minor"], item["currency"])
        try:
            await self.transfers.carry_out_order(
                connection, customer_id, key, str(item["payee_id"]), amount, str(item["account_id"])
            )
        except (InsufficientFunds, LimitExceeded, PayeeNotAllowed, AccountNotAvailable) as refusal:
            payee = await payees.one(connection, self.sealer, customer_id, str(item["payee_id"]))
            line = _declined(item, key, payee.name if payee else "", reason_for(refusal), self.clock())
            await transactions.add_once(connection, line)
        await regular.set_next_run(connection, item["id"], following)


def reason_for(refusal: BankError) -> str:
    """The reason code under which the feed shows a refusal."""
    if isinstance(refusal, PayeeNotAllowed):
        return str(refusal.facts["reason_code"])
    if isinstance(refusal, LimitExceeded):
        return "transfer_limit"
    return "insufficient_funds" if isinstance(refusal, InsufficientFunds) else "account_unavailable"


def _declined(order: Row, key: str, payee: str, reason_code: str, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": order["customer_id"],
        "account_id": order["account_id"],
        "kind": "transfer",
        "status": "declined",
        "direction": "out",
        "amount_minor": order["amount_minor"],
        "currency": order["currency"],
        "counterparty": payee,
        "payee_id": order["payee_id"],
        "intent_key": key,
        "reason_code": reason_code,
        "created_at": now,
    }
