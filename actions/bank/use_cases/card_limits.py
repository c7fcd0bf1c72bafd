"""The limits of one card: what is set, what is used today, and the most the plan allows."""

from __future__ import annotations

from datetime import datetime

from actions.bank.model.cards import Card, CardLimit
from actions.bank.model.customers import Profile
from actions.bank.model.money import Money
from actions.bank.repository import card_changes
from actions.bank.repository.unit import Connection, row
from actions.bank.rules import period_ends, period_starts

CODES = ("card_spend", "card_online", "atm")
_COUNTED = {
    "card_spend": "kind IN ('card_payment', 'hold')",
    "card_online": "kind IN ('card_payment', 'hold') AND entry_mode IN ('online', 'recurring')",
    "atm": "kind = 'atm'",
}


async def limits_of(connection: Connection, profile: Profile, card: Card, now: datetime) -> list[CardLimit]:
    """Spending, online and cash limits of a day, in the currency of the card's account."""
    found = await row(connection, "SELECT currency FROM accounts WHERE id = %s", card.account_id)
    currency = found["currency"] if found else profile.base_currency
    own = await card_changes.limits(connection, card.id)
    limits = []
    for code in CODES:
        standard = await _policy(connection, code, "day", profile.plan, currency)
        largest = await _policy(connection, code, "largest", profile.plan, currency)
        if standard is None or largest is None:
            continue
        used = await _used(connection, card, code, standard.currency, period_starts(now, profile.timezone)["day"])
        resets = period_ends(now, profile.timezone)["day"]
        limits.append(CardLimit(code, own.get(code, standard), used, largest, resets))
    return limits


async def _policy(connection: Connection, code: str, period: str, plan: str, currency: str) -> Money | None:
    sql = "SELECT amount_minor FROM limits WHERE code = %s AND period = %s AND plan = %s AND currency = %s"
    found = await row(connection, sql, code, period, plan, currency)
    return Money(found["amount_minor"], currency) if found else None


async def _used(connection: Connection, card: Card, code: str, currency: str, since: datetime) -> Money:
    sql = f"""
        SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM transactions
        WHERE card_id = %s AND currency = %s AND created_at >= %s AND status IN ('pending', 'completed')
          AND {_COUNTED[code]}
    """  # nosec B608: the condition is one of the fixed texts above
    found = await row(connection, sql, card.id, currency, since)
    return Money(int(found["minor"]) if found else 0, currency)
