"""Automatic top-ups: money is asked of the customer's card elsewhere and booked when its bank has agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from actions.bank.errors import LimitExceeded
from actions.bank.model.money import Money
from actions.bank.repository import auto_top_ups, clearing, customers, ledger, policies, transactions
from actions.bank.repository.unit import Connection, Row
from actions.bank.rules import Usage, check_limits, fee_for, period_starts
from actions.bank.schedules import next_run
from actions.bank.use_cases.base import Service

ANSWER_WITHIN = timedelta(days=2)
"""The issuer's time; without its yes nothing is credited."""


@dataclass(frozen=True, slots=True)
class AutoTopUps(Service):
    """Each rule runs at most once a day, and never while an earlier request of it is open."""

    name: ClassVar[str] = "auto_top_ups"

    async def take(self, connection: Connection) -> Row | None:
        return await auto_top_ups.take_due(connection, self.name, self.clock())

    async def carry_out(self, connection: Connection, item: Row) -> None:
        now, customer_id = self.clock(), str(item["customer_id"])
        await ledger.lock_customer(connection, customer_id)
        profile = await customers.profile(connection, self.sealer, customer_id)
        today = now.astimezone(ZoneInfo(profile.timezone)).date()
        amount = Money(item["amount_minor"], item["currency"])
        plan = profile.plan if await customers.identity_verified(connection, customer_id) else "unverified"
        try:
            check_limits(amount, await self._usages(connection, customer_id, plan, amount.currency, profile.timezone))
            reason = None if item["verified"] else "card_not_verified"
        except LimitExceeded:
            reason = "top_up_limit"
        rule = await policies.fee_rule(connection, item["fee_code"], profile.plan, amount.currency)
        key = uuid5(item["id"], today.isoformat())
        line = _line(item, key, amount, fee_for(rule, amount), reason, now)
        added = await transactions.add_once(connection, line)
        if added is not None and reason is None:
            await clearing.add(connection, _request(line, added, now))
        following = next_run(item["schedule"], today) if item["schedule"] else None
        await auto_top_ups.set_run(connection, item["id"], today, following)

    async def _usages(
        self, connection: Connection, customer_id: str, plan: str, currency: str, timezone: str
    ) -> list[Usage]:
        starts = period_starts(self.clock(), timezone)
        usages = []
        for period, limit in (await policies.amount_limits(connection, "top_up_card", plan, currency)).items():
            since = starts.get(period)
            used = await auto_top_ups.topped_up_since(connection, customer_id, currency, since) if since else 0
            usages.append(Usage(period, limit, Money(used, currency), None))
        return usages


def _line(rule: Row, key: UUID, amount: Money, fee: Money, reason: str | None, now: datetime) -> dict[str, Any]:
    """The line of the feed: waiting for the issuer, or declined with its reason."""
    return {
        "customer_id": rule["customer_id"],
        "account_id": rule["account_id"],
        "kind": "top_up",
        "status": "declined" if reason else "pending",
        "direction": "in",
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "fee_minor": fee.amount_minor,
        "fee_code": rule["fee_code"] if fee.amount_minor else None,
        "counterparty": f"Card ending {rule['last4']}",
        "method": "card",
        "reference": f"TU{key.hex[:10].upper()}",
        "intent_key": key,
        "reason_code": reason or "waiting_for_issuer",
        "created_at": now,
        "expected_by": now + ANSWER_WITHIN,
    }


def _request(line: dict[str, Any], transaction_id: str, now: datetime) -> dict[str, Any]:
    same = ("customer_id", "account_id", "direction", "reference", "amount_minor", "fee_minor", "currency")
    asked = {"kind": "auto_top_up", "transaction_id": transaction_id, "due_at": now + ANSWER_WITHIN, "created_at": now}
    return {name: line[name] for name in same} | asked
