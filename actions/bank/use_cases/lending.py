"""Loans and credit: what the customer has, and what a loan would cost."""

from __future__ import annotations

from actions.bank.errors import NotPossible
from actions.bank.model.accounts import Loan
from actions.bank.model.money import Money
from actions.bank.repository import credit, customers
from actions.bank.repository.unit import row
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.facts_service import monthly_instalment


class Lending(Service):
    async def loan(self, customer_id: str) -> Loan | None:
        """The customer's loan whose instalment is due first."""
        async with self.pool.connection() as connection:
            found = await credit.open_loan(connection, customer_id)
        if found is None:
            return None
        currency = found["currency"]
        return Loan(
            product=found["product"],
            outstanding=Money(found["outstanding_minor"], currency),
            instalment=Money(found["instalment_minor"], currency),
            rate_bp=found["rate_bp"],
            next_due=found["next_due"],
            ends_on=found["ends_on"],
            status=found["status"],
        )

    async def credit_currency(self, customer_id: str) -> str:
        """The currency of the credit card that is offered where the customer lives; raises NotPossible."""
        async with self.pool.connection() as connection:
            country = (await customers.profile(connection, self.sealer, customer_id)).country
            found = await credit.product(connection, country)
        if found is None:
            raise NotPossible("not_offered", country=country)
        return str(found["currency"])

    async def check_applicant(self, customer_id: str) -> None:
        """Raise NotPossible where this customer cannot apply for a credit card now."""
        async with self.pool.connection() as connection:
            if not await customers.identity_verified(connection, customer_id):
                raise NotPossible("identity_unverified")
            under_way = await credit.open_application(connection, customer_id)
        if under_way is not None:
            raise NotPossible("application_open", number=under_way["number"], decide_by=under_way["decide_by"])

    async def indicative_instalment(self, country: str, amount: Money) -> tuple[Money, int] | None:
        """The monthly instalment of a loan of `amount` over the product's longest term, and that term in months.

        None where the country has no product for an amount of this size and currency.
        """
        sql = """
            SELECT rate_bp, max_months FROM loan_products
            WHERE country = %s AND currency = %s AND %s BETWEEN min_minor AND max_minor ORDER BY rate_bp LIMIT 1
        """
        async with self.pool.connection() as connection:
            found = await row(connection, sql, country, amount.currency, amount.amount_minor)
        if found is None:
            return None
        instalment = monthly_instalment(amount.amount_minor, found["rate_bp"], found["max_months"])
        return Money(instalment, amount.currency), int(found["max_months"])
