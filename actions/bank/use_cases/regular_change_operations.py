"""Changing what was set up and goes on: another amount, another day, and running again after a pause.

Pausing and ending need no code (see regular.py and top_ups.py): nothing leaves by them.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from actions.bank.errors import NotFound, NotPossible
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import payees
from actions.bank.repository.unit import Row, row
from actions.bank.rules import check_amount
from actions.bank.schedules import next_run
from actions.bank.use_cases.operations import Desk, Operation, Order
from actions.bank.use_cases.regular_operations import check_payee, check_schedule, check_top_up_size, today_of


class ChangeStandingOrder(Operation):
    """`details`: order_id and what becomes of it: amount_minor, or schedule with first_run (ISO date), or both. A
    paused order runs again."""

    kind = "change_standing_order"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        found, payee = await _standing_order(desk, order)
        was = Money(found["amount_minor"], found["currency"])
        amount = Money(order.details.get("amount_minor", was.amount_minor), was.currency)
        check_amount(amount)
        schedule = str(order.details.get("schedule", found["schedule"]))
        first = _first_run(desk, order, found)
        check_schedule(schedule, first)
        running = found["status"] == "active"
        if running and (amount, schedule, first) == (was, found["schedule"], found["next_run"]):
            raise NotPossible("order_already_so", payee=payee, amount=amount, schedule=schedule)
        facts = {"payee": payee, "was": was.format(), "amount": amount.format(), "was_schedule": found["schedule"],
                 "schedule": schedule, "first_run": first.isoformat()}  # fmt: skip
        return self.quoted(facts)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        found, _ = await _standing_order(desk, order)
        await desk.connection.execute(
            "UPDATE standing_orders SET amount_minor = %s, schedule = %s, next_run = %s, status = 'active'"
            " WHERE id = %s",
            (
                order.details.get("amount_minor", found["amount_minor"]),
                quote.facts["schedule"],
                date.fromisoformat(quote.facts["first_run"]),
                found["id"],
            ),
        )
        return dict(quote.facts)


class ChangeAutoTopUp(Operation):
    """`details`: rule_id and what becomes of it: amount_minor, and either threshold_minor or schedule with first_run.
    A paused rule runs again."""

    kind = "change_auto_top_up"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        found = await _rule(desk, order)
        if not found["verified"]:
            raise NotPossible("card_unverified", last4=found["last4"])
        was = Money(found["amount_minor"], found["currency"])
        amount = Money(order.details.get("amount_minor", was.amount_minor), was.currency)
        check_amount(amount)
        await check_top_up_size(desk, amount)
        trigger = self._trigger(desk, order, found)
        same = all(found[name] == trigger[name] for name in ("threshold_minor", "schedule"))
        if found["status"] == "active" and amount == was and same and not order.details.get("schedule"):
            raise NotPossible("auto_top_up_already_so", account=found["account"], amount=amount)
        facts = {"was": was.format(), "amount": amount.format(), "account": found["account"], "last4": found["last4"],
                 "scheme": found["scheme"]}  # fmt: skip
        if trigger["schedule"]:
            check_schedule(trigger["schedule"], trigger["first_run"])
            starts = trigger["first_run"].isoformat()
            return self.quoted({**facts, "schedule": trigger["schedule"], "first_run": starts})
        threshold = Money(trigger["threshold_minor"], was.currency)
        check_amount(threshold)
        return self.quoted({**facts, "threshold": threshold.format()})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        found = await _rule(desk, order)
        trigger = self._trigger(desk, order, found)
        starts = trigger["first_run"]
        await desk.connection.execute(
            "UPDATE auto_topups SET amount_minor = %s, threshold_minor = %s, schedule = %s, next_run = %s,"
            " status = 'active' WHERE id = %s",
            (
                order.details.get("amount_minor", found["amount_minor"]),
                trigger["threshold_minor"],
                trigger["schedule"],
                datetime.combine(starts, time(6), ZoneInfo(desk.profile.timezone)) if starts else None,
                found["id"],
            ),
        )
        return dict(quote.facts)

    @staticmethod
    def _trigger(desk: Desk, order: Order, found: Row) -> dict[str, Any]:
        """threshold_minor, or schedule with its first day, as the rule has them after the change."""
        if order.details.get("threshold_minor") is not None:
            return {"threshold_minor": order.details["threshold_minor"], "schedule": None, "first_run": None}
        schedule = order.details.get("schedule") or found["schedule"]
        if schedule is None:
            return {"threshold_minor": found["threshold_minor"], "schedule": None, "first_run": None}
        named = order.details.get("first_run")
        planned = found["next_run"].astimezone(ZoneInfo(desk.profile.timezone)).date() if found["next_run"] else None
        first = date.fromisoformat(named) if named else planned or next_run(schedule, today_of(desk))
        return {"threshold_minor": None, "schedule": schedule, "first_run": first}


async def _standing_order(desk: Desk, order: Order) -> tuple[Row, str]:
    """The order, locked, and its payee's name; raises NotFound, PayeeNotAllowed."""
    sql = """
        SELECT * FROM standing_orders
        WHERE customer_id = %s AND id::text = %s AND status IN ('active', 'paused') FOR UPDATE
    """
    found = await row(desk.connection, sql, desk.profile.id, str(order.details["order_id"]))
    if found is None:
        raise NotFound("standing_order")
    payee = await payees.one(desk.connection, desk.sealer, desk.profile.id, str(found["payee_id"]))
    return found, (await check_payee(desk, payee)).name


def _first_run(desk: Desk, order: Order, found: Row) -> date:
    """The day named, else the one that was due, else the schedule's next; raises NotPossible for a day that passed."""
    today, named = today_of(desk), order.details.get("first_run")
    if not named:
        return found["next_run"] or next_run(found["schedule"], today) or today
    first = date.fromisoformat(named)
    if first < today:
        raise NotPossible("day_passed", close_on=first)
    return first


async def _rule(desk: Desk, order: Order) -> Row:
    sql = """
        SELECT auto_topups.*, accounts.name AS account, accounts.currency, funding_cards.last4, funding_cards.scheme,
            funding_cards.verified
        FROM auto_topups JOIN accounts ON accounts.id = account_id
        JOIN funding_cards ON funding_cards.id = funding_card_id
        WHERE auto_topups.customer_id = %s AND auto_topups.id::text = %s
            AND auto_topups.status IN ('active', 'paused') FOR UPDATE OF auto_topups
    """
    found = await row(desk.connection, sql, desk.profile.id, str(order.details["rule_id"]))
    if found is None:
        raise NotFound("auto_top_up")
    return found
