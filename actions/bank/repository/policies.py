"""Reading single rows of the policy tables that services decide by."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from actions.bank.errors import CurrencyNotOffered, NotFound
from actions.bank.model.money import Money
from actions.bank.model.transactions import Reason
from actions.bank.repository.unit import Connection, Row, row, rows
from actions.bank.rules import FeeRule


async def reason(connection: Connection, code: str) -> Reason:
    sql = "SELECT * FROM reason_codes LEFT JOIN reason_sides USING (code) WHERE code = %s"
    found = await row(connection, sql, code)
    if found is None:
        raise NotFound("reason_code")
    return Reason(found["code"], found["explanation"], found["fix"], found["neutral"], found["side"] or "us")


async def fee_rule(connection: Connection, code: str, plan: str, currency: str) -> FeeRule:
    """Raises CurrencyNotOffered where the plan's table has no such fee in this currency."""
    sql = "SELECT fixed_minor, rate_bp FROM fees WHERE code = %s AND plan = %s AND currency = %s"
    found = await row(connection, sql, code, plan, currency)
    if found is None:
        raise CurrencyNotOffered(currency)
    return FeeRule(found["fixed_minor"], found["rate_bp"])


async def amount_limits(connection: Connection, code: str, plan: str, currency: str) -> dict[str, Money]:
    """Period (payment, day, month) to amount, in this order."""
    sql = """
        SELECT period, amount_minor FROM limits WHERE code = %s AND plan = %s AND currency = %s
        ORDER BY array_position(ARRAY['payment', 'day', 'month'], period)
    """
    found = await rows(connection, sql, code, plan, currency)
    return {limit["period"]: Money(limit["amount_minor"], currency) for limit in found}


async def country(connection: Connection, code: str) -> Row | None:
    return await row(connection, "SELECT * FROM countries WHERE code = %s", code)


async def transfer_time(connection: Connection, route: str) -> Row:
    found = await row(connection, "SELECT * FROM transfer_times WHERE route = %s", route)
    if found is None:
        raise NotFound("transfer_time")
    return found


async def per_eur(connection: Connection, currency: str, at: datetime) -> tuple[Decimal, datetime]:
    """Units of `currency` for one euro at that time, and since when; raises CurrencyNotOffered."""
    sql = """
        SELECT fx_rates.per_eur, fx_rates.as_of FROM fx_rates JOIN currencies ON currencies.code = fx_rates.currency
        WHERE currency = %s AND as_of <= %s AND currencies.exchange ORDER BY as_of DESC LIMIT 1
    """
    found = await row(connection, sql, currency, at)
    if found is None:
        raise CurrencyNotOffered(currency)
    return found["per_eur"], found["as_of"]


async def margin_bp(connection: Connection, plan: str, *, weekend: bool) -> int:
    found = await row(connection, "SELECT * FROM fx_margins WHERE plan = %s", plan)
    if found is None:
        raise NotFound("plan")
    return int(found["weekend_bp"] if weekend else found["market_bp"])


async def exchange_currencies(connection: Connection) -> list[str]:
    found = await rows(connection, "SELECT code FROM currencies WHERE exchange ORDER BY code")
    return [currency["code"] for currency in found]


async def opening_hours(connection: Connection) -> dict[int, Row]:
    """Weekday (Monday is 0) to opens and closes; closed days are absent."""
    return {day["weekday"]: day for day in await rows(connection, "SELECT * FROM opening_hours")}


async def text(connection: Connection, key: str, country_code: str = "--") -> str:
    """A policy's text for a country, or the one for everywhere; raises NotFound."""
    sql = "SELECT value FROM policy_texts WHERE key = %s AND country IN (%s, '--') ORDER BY country = '--' LIMIT 1"
    found = await row(connection, sql, key, country_code)
    if found is None:
        raise NotFound(f"policy_text {key}")
    return str(found["value"])
