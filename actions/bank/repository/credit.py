"""Loans, credit products and applications."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, Row, insert, row


async def open_loan(connection: Connection, customer_id: str, *, lock: bool = False) -> Row | None:
    """The loan whose instalment is due first."""
    sql = "SELECT * FROM loans WHERE customer_id = %s AND status <> 'repaid' ORDER BY next_due LIMIT 1"
    return await row(connection, f"{sql} FOR UPDATE" if lock else sql, customer_id)


async def repaid(
    connection: Connection, loan_id: UUID, account_id: str, amount: Money, fee: Money, posting: str, now: datetime
) -> None:
    """Note a payment and take it off what is owed; a loan without debt is repaid."""
    await insert(
        connection,
        "loan_payments",
        {
            "id": uuid4(),
            "loan_id": loan_id,
            "account_id": account_id,
            "amount_minor": amount.amount_minor,
            "fee_minor": fee.amount_minor,
            "posting_id": posting,
            "paid_at": now,
        },
    )
    await connection.execute(
        "UPDATE loans SET outstanding_minor = outstanding_minor - %(paid)s,"
        " status = CASE WHEN outstanding_minor = %(paid)s THEN 'repaid' ELSE status END WHERE id = %(loan)s",
        {"paid": amount.amount_minor, "loan": loan_id},
    )


async def product(connection: Connection, country: str) -> Row | None:
    return await row(connection, "SELECT * FROM credit_products WHERE country = %s ORDER BY name LIMIT 1", country)


async def open_application(connection: Connection, customer_id: str) -> Row | None:
    sql = "SELECT * FROM credit_applications WHERE customer_id = %s AND state = 'in_review'"
    return await row(connection, sql, customer_id)


async def application_number(connection: Connection, application_id: UUID) -> str:
    found = await row(connection, "SELECT number FROM credit_applications WHERE id = %s", application_id)
    return str(found["number"]) if found else ""
