"""Borrowed money: paying a loan back early, and applying for a credit card."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from actions.bank import wording
from actions.bank.errors import AccountNotAvailable, NotPossible
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import credit, customers, ledger, policies, transactions
from actions.bank.repository.unit import insert
from actions.bank.rules import add_working_days, check_amount, fee_for
from actions.bank.use_cases.operations import Desk, Operation, Order

EMPLOYMENTS = ("employed", "self-employed", "student", "retired", "none")


class RepayLoan(Operation):
    """`details`: amount_minor in the loan's currency; the account is the order's, or the oldest in that currency."""

    kind = "repay_loan"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        loan = await credit.open_loan(desk.connection, desk.profile.id, lock=True)
        if loan is None:
            raise NotPossible("no_loan")
        owed = Money(loan["outstanding_minor"], loan["currency"])
        if loan["status"] == "arrears":
            raise NotPossible("in_arrears", owed=owed)
        amount = Money(order.details["amount_minor"], loan["currency"])
        check_amount(amount)
        if amount > owed:
            raise NotPossible("more_than_owed", owed=owed)
        account = await desk.account(order.account_id, loan["currency"])
        if account.currency != loan["currency"]:
            raise AccountNotAvailable("currency_mismatch", loan["currency"])
        rule = await policies.fee_rule(desk.connection, "loan_early_repayment", desk.profile.plan, loan["currency"])
        fee = fee_for(rule, amount)
        await desk.check_funds(account, amount + fee)
        facts = {
            "loan": loan["product"],
            "amount": amount.format(),
            "fee": wording.fee(fee.amount_minor, 0, fee.currency),
            "total": (amount + fee).format(),
            "account": account.name,
            "left": (owed - amount).format(),
        }
        return self.quoted(facts, fee)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        loan = await credit.open_loan(desk.connection, desk.profile.id, lock=True)
        if loan is None or quote.fee is None:
            raise NotPossible("no_loan")
        account = await desk.account(order.account_id, loan["currency"])
        await ledger.lock_accounts(desk.connection, [account.id])
        amount = Money(order.details["amount_minor"], loan["currency"])
        await desk.check_funds(await desk.account(account.id), amount + quote.fee)
        loans = await ledger.system_account(desk.connection, "loans", amount.currency)
        legs: list[ledger.Leg] = [(account.id, -(amount + quote.fee)), (loans, amount)]
        if quote.fee.amount_minor:
            legs.append((await ledger.system_account(desk.connection, "fee income", amount.currency), quote.fee))
        posting = await ledger.post(desk.connection, "loan", loan["product"], legs, desk.now)
        await credit.repaid(desk.connection, loan["id"], account.id, amount, quote.fee, posting, desk.now)
        await transactions.add(
            desk.connection,
            {
                "customer_id": desk.profile.id,
                "account_id": account.id,
                "kind": "transfer",
                "status": "completed",
                "direction": "out",
                "amount_minor": amount.amount_minor,
                "fee_minor": quote.fee.amount_minor,
                "fee_code": "loan_early_repayment" if quote.fee.amount_minor else None,
                "currency": amount.currency,
                "counterparty": loan["product"],
                "category": "loan",
                "method": "internal",
                "posting_id": posting,
                "created_at": desk.now,
                "completed_at": desk.now,
            },
        )
        return dict(quote.facts)


class ApplyForCredit(Operation):
    """`details`: income_minor a year, employment (one of EMPLOYMENTS), limit_minor, consent (true)."""

    kind = "apply_for_credit"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        product = await credit.product(desk.connection, desk.profile.country)
        if product is None:
            raise NotPossible("not_offered", country=desk.profile.country)
        if not await customers.identity_verified(desk.connection, desk.profile.id):
            raise NotPossible("identity_unverified")
        under_way = await credit.open_application(desk.connection, desk.profile.id)
        if under_way is not None:
            raise NotPossible("application_open", number=under_way["number"], decide_by=under_way["decide_by"])
        limit = Money(order.details["limit_minor"], product["currency"])
        check_amount(limit)
        largest = Money(product["max_limit_minor"], product["currency"])
        if limit > largest:
            raise NotPossible("above_largest_credit", largest=largest)
        if order.details.get("employment") not in EMPLOYMENTS or order.details.get("consent") is not True:
            raise ValueError("an application needs employment and consent")
        today = desk.now.astimezone(ZoneInfo(desk.profile.timezone)).date()
        decide_by = add_working_days(today, product["decision_days"])
        return self.quoted({"product": product["name"], "limit": limit.format(), "decide_by": decide_by.isoformat()})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        product = await credit.product(desk.connection, desk.profile.country)
        if product is None:
            raise NotPossible("not_offered", country=desk.profile.country)
        application_id = uuid4()
        await insert(
            desk.connection,
            "credit_applications",
            {
                "id": application_id,
                "customer_id": desk.profile.id,
                "product": product["name"],
                "income_minor": order.details["income_minor"],
                "employment": order.details["employment"],
                "limit_minor": order.details["limit_minor"],
                "currency": product["currency"],
                "consent_at": desk.now,
                "state": "in_review",
                "created_at": desk.now,
                "decide_by": quote.facts["decide_by"],
            },
        )
        return {**quote.facts, "number": await credit.application_number(desk.connection, application_id)}
