"""Changing how much a customer may send: raised with a code, lowered at once."""

from __future__ import annotations

from typing import Any

from actions.bank.errors import CurrencyNotOffered, NotPossible
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import customers, transfer_limits
from actions.bank.rules import check_amount
from actions.bank.use_cases.operations import Desk, Operation, Order
from actions.bank.use_cases.transfer_limits import largest_of, limits_of

PERIODS = ("payment", "day", "month")
"""From the narrowest to the widest."""


class SetTransferLimit(Operation):
    """`details`: period, one of PERIODS, amount_minor and currency."""

    kind = "set_transfer_limit"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        period, wanted = str(order.details["period"]), Money(order.details["amount_minor"], order.details["currency"])
        check_amount(wanted)
        if not await customers.identity_verified(desk.connection, desk.profile.id):
            raise NotPossible("identity_unverified")
        held = await limits_of(desk.connection, desk.profile.id, desk.profile.plan, wanted.currency)
        if period not in held:
            raise CurrencyNotOffered(wanted.currency)
        was, largest = held[period], await largest_of(desk.connection, desk.profile.plan, wanted.currency)
        if wanted > largest[period]:
            raise NotPossible("above_largest_transfer", largest=largest[period], period=period, plan=desk.profile.plan)
        if wanted == was:
            raise NotPossible("transfer_limit_already_so", limit=was, period=period)
        wider = next((name for name in PERIODS[PERIODS.index(period) + 1 :] if name in held), None)
        if wider and wanted > was and wanted > held[wider]:
            raise NotPossible("above_wider_limit", limit=held[wider], period=period, wider=wider)
        facts = {"period": period, "was": was.format(), "limit": wanted.format(), "raised": wanted > was}
        return self.quoted(facts, needs_code=wanted > was)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        wanted = Money(order.details["amount_minor"], order.details["currency"])
        await transfer_limits.set_one(desk.connection, desk.profile.id, quote.facts["period"], wanted, desk.now)
        return dict(quote.facts)
