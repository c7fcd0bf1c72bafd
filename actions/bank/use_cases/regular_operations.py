"""What is set up once and then goes on: payees, standing orders, automatic top-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from actions.bank.errors import AccountNotAvailable, InvalidIban, LimitExceeded, NotFound, NotPossible, PayeeNotAllowed
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.model.transfers import Payee
from actions.bank.repository import accounts, audit, customers, payees, policies
from actions.bank.repository.unit import insert, row
from actions.bank.rules import check_amount, compact_iban, compare_names
from actions.bank.schedules import ScheduleError, next_run
from actions.bank.use_cases.money_operations import funding_card
from actions.bank.use_cases.operations import Desk, Operation, Order


class AddPayee(Operation):
    """`details`: name and iban. One that was paid before without being saved is saved."""

    kind = "add_payee"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        payee = await self._payee(desk, order)
        facts = {
            "payee": payee.name,
            "payee_tail": payee.tail,
            "country": payee.country,
            "currency": payee.currency,
            "name_check": payee.name_check,
        }
        return self.quoted(facts)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        payee = await self._payee(desk, order)
        sql = "UPDATE payees SET status = 'active' WHERE customer_id = %s AND id = %s AND status = 'unsaved'"
        saved = await desk.connection.execute(sql, (desk.profile.id, payee.id))
        if saved.rowcount == 0:
            await payees.add(desk.connection, desk.sealer, desk.profile.id, payee)
        await audit.payee(desk.connection, desk.profile.id, "add", payee)
        return dict(quote.facts)

    async def _payee(self, desk: Desk, order: Order) -> Payee:
        """The payee as they would be saved; raises InvalidIban, NotPossible, PayeeNotAllowed."""
        iban, name = compact_iban(str(order.details["iban"])), " ".join(str(order.details["name"]).split())[:80]
        if not name:
            raise InvalidIban("name_missing")
        own = await accounts.of_customer(desk.connection, desk.sealer, desk.profile.id)
        if any(account.iban == iban for account in own):
            raise InvalidIban("own_account")
        fingerprint = desk.sealer.fingerprint(iban)
        known = await payees.by_fingerprint(desk.connection, desk.sealer, desk.profile.id, fingerprint)
        if known is not None and known.status != "unsaved":
            raise NotPossible("payee_exists", payee=known.name)
        country = await policies.country(desk.connection, iban[:2])
        payee = known or Payee(
            id=payees.new_id(),
            name=name,
            iban=iban,
            country=iban[:2],
            currency=country["currency"] if country else "EUR",
            status="active",
            name_check="unavailable",
            block_reason=None,
        )
        if country is None or not country["transfers"]:
            reason = await policies.reason(desk.connection, "unsupported_country")
            raise PayeeNotAllowed(payee, reason.code, reason.explanation, reason.fix)
        return replace(payee, name_check=await self._compared(desk, fingerprint, payee))

    @staticmethod
    async def _compared(desk: Desk, fingerprint: bytes, payee: Payee) -> Any:
        """The name check where the account is at this bank; elsewhere as it stands."""
        ours = await accounts.by_fingerprint(desk.connection, fingerprint)
        if ours is None:
            return payee.name_check
        theirs = await desk.sealer.of(desk.connection, ours["customer_id"])
        holder = theirs.open(ours["personal"], customers.place(ours["customer_id"]))
        return compare_names(payee.name, f"{holder['first_name']} {holder['last_name']}")


class CreateStandingOrder(Operation):
    """`details`: payee_id, amount_minor, currency, schedule (see schedules) and first_run (ISO date); the account is
    the order's, or the oldest in that currency."""

    kind = "create_standing_order"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        amount = Money(order.details["amount_minor"], order.details["currency"])
        check_amount(amount)
        known = await payees.one(desk.connection, desk.sealer, desk.profile.id, str(order.details["payee_id"]))
        payee = await check_payee(desk, known)
        account = await _account(desk, order.account_id, amount.currency)
        first, today = date.fromisoformat(order.details["first_run"]), today_of(desk)
        if first < today:
            raise NotPossible("day_passed", close_on=first)
        schedule = str(order.details["schedule"])
        check_schedule(schedule, first)
        facts = {
            "payee": payee.name,
            "payee_tail": payee.tail,
            "amount": amount.format(),
            "account": account.name,
            "schedule": schedule,
            "first_run": first.isoformat(),
        }
        return self.quoted(facts)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        account = await _account(desk, order.account_id, order.details["currency"])
        await insert(
            desk.connection,
            "standing_orders",
            {
                "id": uuid4(),
                "customer_id": desk.profile.id,
                "account_id": account.id,
                "payee_id": order.details["payee_id"],
                "amount_minor": order.details["amount_minor"],
                "currency": order.details["currency"],
                "schedule": order.details["schedule"],
                "next_run": date.fromisoformat(order.details["first_run"]),
                "status": "active",
            },
        )
        return dict(quote.facts)


class CreateAutoTopUp(Operation):
    """`details`: funding_card_id, amount_minor, currency, and either threshold_minor or schedule with first_run."""

    kind = "create_auto_top_up"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        amount = Money(order.details["amount_minor"], order.details["currency"])
        check_amount(amount)
        card = await funding_card(desk, order.details["funding_card_id"])
        account = await _account(desk, order.account_id, amount.currency)
        await check_top_up_size(desk, amount)
        sql = "SELECT FROM auto_topups WHERE account_id = %s AND status = 'active'"
        if await row(desk.connection, sql, account.id) is not None:
            raise NotPossible("auto_top_up_exists", account=account.name)
        facts = {"amount": amount.format(), "account": account.name, "last4": card.last4, "scheme": card.scheme}
        schedule = order.details.get("schedule")
        if schedule:
            check_schedule(str(schedule), date.fromisoformat(order.details["first_run"]))
            return self.quoted({**facts, "schedule": schedule, "first_run": order.details["first_run"]})
        threshold = Money(order.details["threshold_minor"], amount.currency)
        check_amount(threshold)
        return self.quoted({**facts, "threshold": threshold.format()})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        account = await _account(desk, order.account_id, order.details["currency"])
        schedule = order.details.get("schedule")
        zone = ZoneInfo(desk.profile.timezone)
        await insert(
            desk.connection,
            "auto_topups",
            {
                "id": uuid4(),
                "customer_id": desk.profile.id,
                "account_id": account.id,
                "funding_card_id": order.details["funding_card_id"],
                "threshold_minor": None if schedule else order.details["threshold_minor"],
                "schedule": schedule,
                "amount_minor": order.details["amount_minor"],
                "next_run": datetime.combine(date.fromisoformat(order.details["first_run"]), time(6), zone)
                if schedule
                else None,
                "status": "active",
            },
        )
        return dict(quote.facts)


async def _account(desk: Desk, account_id: str | None, currency: str) -> Account:
    try:
        account = await desk.account(account_id, currency)
    except NotFound:
        raise AccountNotAvailable("no_account_in_currency", currency, await desk.currencies()) from None
    if account.currency != currency:
        raise AccountNotAvailable("currency_mismatch", currency)
    return account


async def check_payee(desk: Desk, payee: Payee | None) -> Payee:
    """A payee that money may go to; raises NotFound, PayeeNotAllowed."""
    if payee is None:
        raise NotFound("payee")
    if payee.status == "blocked":
        reason = await policies.reason(desk.connection, payee.block_reason or "review")
        raise PayeeNotAllowed(payee, reason.code, reason.explanation, reason.fix)
    return payee


async def check_top_up_size(desk: Desk, amount: Money) -> None:
    """Raise NotPossible or LimitExceeded for an amount that no automatic top-up may have."""
    sql = "SELECT period, amount_minor FROM limits WHERE code = 'auto_top_up' AND plan = %s AND currency = %s"
    cursor = await desk.connection.execute(sql, (desk.profile.plan, amount.currency))
    sizes = {limit["period"]: Money(limit["amount_minor"], amount.currency) for limit in await cursor.fetchall()}
    if "smallest" in sizes and amount < sizes["smallest"]:
        raise NotPossible("below_smallest", smallest=sizes["smallest"])
    if "payment" in sizes and amount > sizes["payment"]:
        raise LimitExceeded(sizes["payment"], "payment", Money.zero(amount.currency), sizes["payment"], None)


def check_schedule(schedule: str, first: date) -> None:
    """Raise NotPossible for a text that names no schedule."""
    try:
        next_run(schedule, first)
    except ScheduleError:
        raise NotPossible("no_such_schedule", schedule=schedule) from None


def today_of(desk: Desk) -> date:
    """The day where the customer lives."""
    return desk.now.astimezone(ZoneInfo(desk.profile.timezone)).date()
