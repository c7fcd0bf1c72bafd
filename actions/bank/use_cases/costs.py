"""What something cost, what it should cost, what is left of allowances and limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from actions.bank.model.customers import Profile
from actions.bank.model.money import Money
from actions.bank.model.policies import Allowance, LimitUse
from actions.bank.model.transactions import FeeCheck, Transaction
from actions.bank.repository import customers, intents, policies
from actions.bank.repository.unit import Connection, Row, row
from actions.bank.rules import FeeRule, fee_for, period_ends, period_starts
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.transfer_limits import STANDARD, limits_of

# What counts towards a limit or an allowance: kind, direction and method of transactions (None: any).
_COUNTED: dict[str, tuple[str, str, str | None]] = {
    "atm": ("atm", "out", None),
    "exchange": ("exchange", "out", None),
    "top_up_card": ("top_up", "in", "card"),
    "cash_deposit": ("cash_deposit", "in", None),
    "cheque": ("cheque", "in", None),
    "incoming": ("transfer", "in", None),
}


class Costs(Service):
    async def fee(self, customer_id: str, code: str, amount: Money) -> Money | None:
        """What the plan's table asks for `amount` under this fee, the allowance aside; None without such a fee."""
        async with self.pool.connection() as connection:
            profile = await customers.profile(connection, self.sealer, customer_id)
            found = await _fee_row(connection, code, profile.plan, amount.currency)
        return None if found is None else fee_for(FeeRule(found["fixed_minor"], found["rate_bp"]), amount)

    async def check(self, customer_id: str, item: Transaction) -> FeeCheck:
        """The fee of a transaction beside what the plan's table asks for it, its free allowance taken off."""
        async with self.pool.connection() as connection:
            profile = await customers.profile(connection, self.sealer, customer_id)
            found = item.fee_code and await _fee_row(connection, item.fee_code, profile.plan, item.amount.currency)
            if not found:
                return FeeCheck(item.fee, None, None)
            charged = item.amount
            if found["free_allowance_minor"] is not None and item.fee_code in _COUNTED:
                since = period_starts(item.created_at, profile.timezone)["month"]
                used = await moved_since(
                    connection, profile, item.fee_code, item.amount.currency, since, item.created_at
                )
                left = max(found["free_allowance_minor"] - used, 0)
                charged = Money(max(item.amount.amount_minor - left, 0), item.amount.currency)
        rule = FeeRule(found["fixed_minor"], found["rate_bp"])
        due = fee_for(rule, charged) if charged.amount_minor else Money.zero(charged.currency)
        return FeeCheck(item.fee, found["rule"], due)

    async def allowance(self, customer_id: str, code: str) -> Allowance | None:
        """What is left of a monthly free amount in the customer's own currency; None where the plan has none."""
        now = self.clock()
        async with self.pool.connection() as connection:
            profile = await customers.profile(connection, self.sealer, customer_id)
            found = await _fee_row(connection, code, profile.plan, profile.base_currency)
            if found is None or found["free_allowance_minor"] is None:
                return None
            since = period_starts(now, profile.timezone)["month"]
            moved = await moved_since(connection, profile, code, profile.base_currency, since, now)
        free, used = Money(found["free_allowance_minor"], profile.base_currency), Money(moved, profile.base_currency)
        left = max(free - used, Money.zero(profile.base_currency))
        return Allowance(free, used, left, period_ends(now, profile.timezone)["month"])

    async def limits(self, customer_id: str, code: str, currency: str | None = None) -> Sequence[LimitUse]:
        """The limits of one kind (transfer, atm, top_up_card, cash_deposit, cheque, incoming) with their use."""
        now = self.clock()
        async with self.pool.connection() as connection:
            profile = await customers.profile(connection, self.sealer, customer_id)
            wanted = currency or profile.base_currency
            verified = await customers.identity_verified(connection, customer_id)
            found: dict[str, Money] = {}
            for plan in ("unverified",) * (not verified) + (profile.plan,):
                found = found or await _limits(connection, profile.id, code, plan, wanted)
            starts, ends = period_starts(now, profile.timezone), period_ends(now, profile.timezone)
            uses = []
            for period, limit in found.items():
                used = 0
                if period in starts:
                    used = await moved_since(connection, profile, code, wanted, starts[period], now)
                left = max(limit - Money(used, wanted), Money.zero(wanted))
                uses.append(LimitUse(code, period, limit, Money(used, wanted), left, ends.get(period)))
        return uses


async def _limits(connection: Connection, customer_id: str, code: str, plan: str, currency: str) -> dict[str, Money]:
    if code == STANDARD:
        return await limits_of(connection, customer_id, plan, currency)
    return await policies.amount_limits(connection, code, plan, currency)


async def _fee_row(connection: Connection, code: str, plan: str, currency: str) -> Row | None:
    sql = "SELECT * FROM fees WHERE code = %s AND plan = %s AND currency = %s"
    return await row(connection, sql, code, plan, currency)


async def moved_since(
    connection: Connection, profile: Profile, code: str, currency: str, since: datetime, before: datetime
) -> int:
    """Minor units that count towards a limit or an allowance in a span of time."""
    if code not in _COUNTED:
        return await intents.sent_since(connection, profile.id, currency, since)
    kind, direction, method = _COUNTED[code]
    sql = """
        SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM transactions
        WHERE customer_id = %s AND kind = %s AND direction = %s AND currency = %s AND created_at >= %s
          AND created_at < %s AND status IN ('pending', 'completed') AND (%s::text IS NULL OR method = %s)
    """
    found = await row(connection, sql, profile.id, kind, direction, currency, since, before, method, method)
    return int(found["minor"]) if found else 0
