"""How much a customer may send: what their plan allows, or what they set for themselves within it."""

from __future__ import annotations

from actions.bank.model.money import Money
from actions.bank.repository import policies, transfer_limits
from actions.bank.repository.unit import Connection

STANDARD, LARGEST = "transfer", "transfer_largest"


async def limits_of(connection: Connection, customer_id: str, plan: str, currency: str) -> dict[str, Money]:
    """Period (payment, day, month) to what may be sent, in this order; empty where the plan sends no such currency.

    What was set holds as far as the plan still allows it: a plan that got smaller lowers it by itself.
    """
    standard = await policies.amount_limits(connection, STANDARD, plan, currency)
    own = await transfer_limits.own(connection, customer_id, currency)
    largest = standard | await policies.amount_limits(connection, LARGEST, plan, currency)
    return {period: min(own.get(period, limit), largest[period]) for period, limit in standard.items()}


async def largest_of(connection: Connection, plan: str, currency: str) -> dict[str, Money]:
    """Period to the most that can be set; the plan's own limit where nothing larger is offered."""
    standard = await policies.amount_limits(connection, STANDARD, plan, currency)
    return standard | await policies.amount_limits(connection, LARGEST, plan, currency)
