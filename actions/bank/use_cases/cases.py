"""Disputes, claims and searches, and taking back a transfer: protective steps that need no second factor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions.bank.errors import CaseNotPossible
from actions.bank.model.cases import Case
from actions.bank.model.money import Money
from actions.bank.model.transactions import Transaction
from actions.bank.model.transfers import Cancellation
from actions.bank.repository import audit, cases, clearing, customers, transactions
from actions.bank.repository.unit import Connection, serializable
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.returns import give_back

WITHOUT_REFUND = frozenset({"transfer", "trace", "incoming_trace", "deposit_search"})
"""Kinds that end with a finding, not with a refund that is paid while the case is open."""
STOPPED = "customer_cancelled"
_SETTLED = frozenset({"card_payment", "merchant_refund", "direct_debit", "atm", "fee", "exchange_rate", "trace"})
"""Kinds that can only be about money that has moved for good."""


class Cases(Service):
    async def of_customer(self, customer_id: str) -> Sequence[Case]:
        """All cases, the newest first."""
        async with self.pool.connection() as connection:
            return await cases.of_customer(connection, customer_id)

    async def about(self, customer_id: str, transaction_id: str) -> Case | None:
        """The newest case about a transaction."""
        found = await self.of_customer(customer_id)
        return next((case for case in found if case.transaction_id == transaction_id), None)

    async def open(
        self, customer_id: str, kind: str, transaction_id: str | None = None, claimed: Money | None = None
    ) -> Case:
        """Open a case of a kind of `dispute_windows`, about a transaction or about money that is missing from the feed.

        `claimed` is the part that is in dispute, where it is not the whole amount. The same case asked for again is
        returned with `already`. Raises NotFound, and CaseNotPossible where the payment is still pending, did not
        happen, or lies too far back.
        """

        async def work(connection: Connection) -> Case:
            return await self._open(connection, customer_id, kind, transaction_id, claimed)

        return await serializable(self.pool, work)

    async def stoppable_until(self, customer_id: str, transaction_id: str) -> datetime | None:
        """Until when a transfer can be stopped, its money not having left us; None where it can only be recalled."""
        now = self.clock()
        async with self.pool.connection() as connection:
            unsent = await clearing.unsent(connection, customer_id, transaction_id, now)
            item = await transactions.one(connection, customer_id, transaction_id)
        until = item.cancellable_until if item.status == "pending" else None
        if unsent is not None:
            until = unsent["due_at"]
        return until if until and now < until else None

    async def cancel_transfer(self, customer_id: str, transaction_id: str) -> Cancellation:
        """Stop a transfer while its money is with us, else ask the recipient's bank to send it back.

        One that was stopped is not stopped again: whether the clearing job or the customer was first, its money moves
        once.

        Raises NotFound, and CaseNotPossible for a transfer that did not happen or that lies too far back.
        """

        async def work(connection: Connection) -> Cancellation:
            now = self.clock()
            unsent = await clearing.unsent(connection, customer_id, transaction_id, now, lock=True)
            item = await transactions.one(connection, customer_id, transaction_id, lock=True)
            if item.kind != "transfer" or item.direction != "out" or item.status not in ("pending", "completed"):
                raise CaseNotPossible("not_charged")
            held = item.status == "pending" and item.cancellable_until and now < item.cancellable_until
            if unsent is not None or held:
                if unsent is not None:
                    await give_back(connection, unsent, STOPPED, now)
                else:
                    await transactions.set_reverted(connection, item.id, STOPPED, now)
                await audit.tell(connection, "instruction", customer_id, {"operation": "transfer_stopped"})
                return Cancellation(item, now, None)
            recall = await self._open(connection, customer_id, "transfer", item.id, None)
            return Cancellation(item, now, recall)

        return await serializable(self.pool, work)

    async def _open(
        self, connection: Connection, customer_id: str, kind: str, transaction_id: str | None, claimed: Money | None
    ) -> Case:
        window = await cases.window(connection, kind)
        now = self.clock()
        if transaction_id is not None:
            item = await transactions.one(connection, customer_id, transaction_id, lock=True)
            known = await cases.open_one(connection, customer_id, kind, item.id)
            if known:
                return known
            _check(item, kind, claimed)
            if now - item.created_at > timedelta(days=window["window_days"]):
                raise CaseNotPossible("too_late", days=window["window_days"])
        elif known := await cases.open_one(connection, customer_id, kind, None):
            return known
        zone = ZoneInfo((await customers.profile(connection, self.sealer, customer_id)).timezone)
        today = now.astimezone(zone).date()
        refund = None if kind in WITHOUT_REFUND else today + timedelta(days=window["refund_days"])
        decision = today + timedelta(days=window["decision_days"])
        case = await cases.add(connection, customer_id, kind, transaction_id, claimed, now, decision, refund)
        await audit.case(connection, customer_id, kind, case.number, claimed)
        return case


def _check(item: Transaction, kind: str, claimed: Money | None) -> None:
    """Raise CaseNotPossible where a payment as it stands cannot be the subject of such a case."""
    if item.status in ("declined", "reverted"):
        raise CaseNotPossible("not_charged")
    if item.status == "pending" and kind in _SETTLED:
        raise CaseNotPossible("pending", until=item.hold_expires_at or item.expected_by)
    if claimed is not None and not Money.zero(item.amount.currency) < claimed <= item.amount + item.fee:
        raise CaseNotPossible("amount")
