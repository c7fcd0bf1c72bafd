"""Money between the customer's own accounts, and from their card at another bank."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from actions.bank import wording
from actions.bank.errors import AccountNotAvailable, CurrencyNotOffered, NotFound, NotPossible
from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.model.policies import Rate
from actions.bank.model.top_ups import FundingCard
from actions.bank.repository import auto_top_ups, clearing, customers, funding, ledger, policies, transactions
from actions.bank.repository.unit import Connection, row
from actions.bank.rules import FeeRule, Usage, check_amount, check_limits, fee_for, period_ends, period_starts
from actions.bank.use_cases.account_opening import open_account
from actions.bank.use_cases.costs import moved_since
from actions.bank.use_cases.exchange import rate_between
from actions.bank.use_cases.operations import Desk, Operation, Order

ANSWER_WITHIN = timedelta(days=2)
"""The time of a card's issuer; without its yes nothing is credited."""


class BookExchange(Operation):
    """`details`: from and to (currencies), amount_minor in the first. What was quoted holds until it is booked; an
    account in the second currency is opened where there is none."""

    kind = "exchange"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        base, other = str(order.details["from"]), str(order.details["to"])
        if base == other:
            raise NotPossible("same_currency", currency=base)
        amount = Money(order.details["amount_minor"], base)
        check_amount(amount)
        rate = await rate_between(desk.connection, base, other, desk.profile.plan, desk.now)
        await _check_holdable(desk.connection, other)
        source = await _in_currency(desk, base)
        held_for = await self.holds_for(desk)
        agreed = order.details.get("result_minor")
        result = Money(agreed, other) if agreed is not None else rate.convert(amount)
        check_amount(result)
        fee = await self._fee(desk, amount)
        await desk.check_funds(source, amount + fee)
        return self.quoted(
            {**self._facts(rate, source, amount, fee, result), "seconds": held_for // timedelta(seconds=1)},
            fee,
            terms={"result_minor": result.amount_minor},
        )

    async def holds_for(self, desk: Desk) -> timedelta:
        """The policy's time for a quoted rate: after it the rate is quoted anew, never booked."""
        return timedelta(seconds=int(await policies.text(desk.connection, "quote_hold_seconds")))

    @staticmethod
    def _facts(rate: Rate, source: Account, amount: Money, fee: Money, result: Money) -> dict[str, Any]:
        return {
            "amount": amount.format(),
            "result": result.format(),
            "rate": f"1 {amount.currency} = {(result.decimal / amount.decimal):.4f} {result.currency}",
            "fee": wording.fee(fee.amount_minor, 0, fee.currency),
            "total": (amount + fee).format(),
            "account": source.name,
            "as_of": rate.as_of.isoformat(),
        }

    async def _fee(self, desk: Desk, amount: Money) -> Money:
        """The plan's fee for what goes beyond the month's free allowance in this currency; where the plan names none
        for it, its general one."""
        sql = """
            SELECT * FROM fees WHERE code = 'exchange' AND plan = %s AND currency IN (%s, '---')
            ORDER BY currency = '---' LIMIT 1
        """
        found = await row(desk.connection, sql, desk.profile.plan, amount.currency)
        if found is None:
            raise CurrencyNotOffered(amount.currency)
        charged = amount
        if found["free_allowance_minor"] is not None:
            since = period_starts(desk.now, desk.profile.timezone)["month"]
            used = await moved_since(desk.connection, desk.profile, "exchange", amount.currency, since, desk.now)
            left = max(found["free_allowance_minor"] - used, 0)
            charged = Money(max(amount.amount_minor - left, 0), amount.currency)
        rule = FeeRule(found["fixed_minor"], found["rate_bp"])
        return fee_for(rule, charged) if charged.amount_minor else Money.zero(amount.currency)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        connection, customer = desk.connection, desk.profile.id
        await ledger.lock_customer(connection, customer)
        base, other = str(order.details["from"]), str(order.details["to"])
        amount, result = Money(order.details["amount_minor"], base), Money(order.details["result_minor"], other)
        fee = quote.fee or Money.zero(base)
        source = await _in_currency(desk, base)
        target = await _found(desk, other) or await open_account(connection, desk.sealer, desk.profile, other, desk.now)
        await ledger.lock_accounts(connection, [source.id, target.id])
        await desk.check_funds(await desk.account(source.id), amount + fee)
        legs: list[ledger.Leg] = [
            (source.id, -(amount + fee)),
            (await ledger.system_account(connection, "currency position", base), amount),
            (await ledger.system_account(connection, "currency position", other), -result),
            (target.id, result),
        ]
        if fee.amount_minor:
            legs.append((await ledger.system_account(connection, "fee income", base), fee))
        reference = f"EX{uuid4().hex[:10].upper()}"
        posting = await ledger.post(connection, "exchange", reference, legs, desk.now)
        both = {
            "customer_id": customer,
            "kind": "exchange",
            "status": "completed",
            "posting_id": posting,
            "reference": reference,
            "created_at": desk.now,
            "completed_at": desk.now,
            "fx_rate": result.decimal / amount.decimal,
            "converted_by": "bank",
        }
        for account, money, against, direction in ((source, amount, result, "out"), (target, result, amount, "in")):
            line = {
                "account_id": account.id,
                "direction": direction,
                "amount_minor": money.amount_minor,
                "currency": money.currency,
                "local_amount_minor": against.amount_minor,
                "local_currency": against.currency,
                "counterparty": target.name if direction == "out" else source.name,
            }
            if direction == "out" and fee.amount_minor:
                line |= {"fee_minor": fee.amount_minor, "fee_code": "exchange"}
            await transactions.add(connection, both | line)
        after = {held: (await desk.account(held.id)).booked.format() for held in (source, target)}
        return {
            **quote.facts,
            "reference": reference,
            "target": target.name,
            "balance": after[source],
            "target_balance": after[target],
        }


class TopUpByCard(Operation):
    """`details`: funding_card_id, amount_minor, currency; the account is the order's, or the oldest in that currency.

    The card's bank is asked; the money is credited when it agrees.
    """

    kind = "top_up_by_card"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        amount = Money(order.details["amount_minor"], order.details["currency"])
        check_amount(amount)
        card = await funding_card(desk, order.details["funding_card_id"])
        account = await desk.account(order.account_id, amount.currency)
        if account.currency != amount.currency:
            raise AccountNotAvailable("currency_mismatch", amount.currency)
        await _check_top_up_limits(desk, amount)
        _, fee = await self._fee(desk, card, amount)
        facts = {
            "amount": amount.format(),
            "fee": wording.fee(fee.amount_minor, 0, fee.currency),
            "credited": (amount - fee).format(),
            "total": amount.format(),
            "account": account.name,
            "last4": card.last4,
            "scheme": card.scheme,
        }
        return self.quoted(facts, fee)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        await ledger.lock_customer(desk.connection, desk.profile.id)
        amount = Money(order.details["amount_minor"], order.details["currency"])
        await _check_top_up_limits(desk, amount)
        card = await funding_card(desk, order.details["funding_card_id"])
        account = await desk.account(order.account_id, amount.currency)
        code, fee = await self._fee(desk, card, amount)
        reference, answer_by = f"TU{uuid4().hex[:10].upper()}", desk.now + ANSWER_WITHIN
        same = {
            "customer_id": desk.profile.id,
            "account_id": account.id,
            "direction": "in",
            "amount_minor": amount.amount_minor,
            "fee_minor": fee.amount_minor,
            "currency": amount.currency,
            "reference": reference,
            "created_at": desk.now,
        }
        line = {
            "kind": "top_up",
            "status": "pending",
            "fee_code": code if fee.amount_minor else None,
            "counterparty": f"Card ending {card.last4}",
            "method": "card",
            "reason_code": "waiting_for_issuer",
            "expected_by": answer_by,
        }
        added = await transactions.add(desk.connection, same | line)
        asked = {"kind": "top_up", "transaction_id": added, "due_at": answer_by}
        await clearing.add(desk.connection, same | asked)
        return {**quote.facts, "reference": reference, "until": answer_by.isoformat()}

    @staticmethod
    async def _fee(desk: Desk, card: FundingCard, amount: Money) -> tuple[str, Money]:
        country = await policies.country(desk.connection, card.issuer_country)
        home = country is not None and country["region"] == "Europe"
        code = f"top_up_{'credit' if card.card_kind == 'credit' else 'debit'}_{'home' if home else 'abroad'}"
        rule = await policies.fee_rule(desk.connection, code, desk.profile.plan, amount.currency)
        return code, fee_for(rule, amount)


async def funding_card(desk: Desk, card_id: str) -> FundingCard:
    """The customer's verified card at another bank; raises NotFound and NotPossible."""
    held = await funding.cards(desk.connection, desk.profile.id)
    found = next((card for card in held if card.id == card_id), None)
    if found is None:
        raise NotFound("card")
    if not found.verified:
        raise NotPossible("card_unverified", last4=found.last4)
    return found


async def _check_top_up_limits(desk: Desk, amount: Money) -> None:
    starts, ends = (period(desk.now, desk.profile.timezone) for period in (period_starts, period_ends))
    verified = await customers.identity_verified(desk.connection, desk.profile.id)
    plan = desk.profile.plan if verified else "unverified"
    usages = []
    for period, limit in (await policies.amount_limits(desk.connection, "top_up_card", plan, amount.currency)).items():
        used = 0
        if period in starts:
            used = await auto_top_ups.topped_up_since(desk.connection, desk.profile.id, amount.currency, starts[period])
        usages.append(Usage(period, limit, Money(used, amount.currency), ends.get(period)))
    check_limits(amount, usages)


async def _check_holdable(connection: Connection, currency: str) -> None:
    if await row(connection, "SELECT FROM currencies WHERE code = %s AND hold AND exchange", currency) is None:
        raise CurrencyNotOffered(currency)


async def _in_currency(desk: Desk, currency: str) -> Account:
    """The oldest active account in a currency; raises AccountNotAvailable."""
    found = await _found(desk, currency)
    if found is None:
        raise AccountNotAvailable("no_account_in_currency", currency, await desk.currencies())
    return found


async def _found(desk: Desk, currency: str) -> Account | None:
    try:
        return await desk.account(None, currency)
    except NotFound:
        return None
