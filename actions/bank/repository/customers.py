"""Reading customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from actions.bank.errors import NotFound
from actions.bank.model.customers import Profile
from actions.bank.repository.unit import Connection, Row, row
from actions.bank.sealing import Sealer


def place(customer_id: object) -> str:
    return f"customers.personal:{customer_id}"


async def profile(connection: Connection, sealer: Sealer, customer_id: str) -> Profile:
    found = await row(connection, "SELECT * FROM customers WHERE id = %s", customer_id)
    if found is None:
        raise NotFound("customer")
    own = await sealer.of(connection, customer_id)
    personal = own.open(found["personal"], place(customer_id))
    return Profile(
        id=str(found["id"]),
        first_name=personal["first_name"],
        last_name=personal["last_name"],
        plan=found["plan"],
        country=found["country"],
        preferred_language=found["preferred_language"],
        timezone=found["timezone"],
        base_currency=found["base_currency"],
        email=personal["email"],
        phone=personal["phone"],
        address=personal["address"],
    )


async def set_personal(
    connection: Connection, sealer: Sealer, customer_id: str, values: Mapping[str, str], country: str | None
) -> None:
    """Change sealed personal fields, and the country of residence where one is given."""
    found = await row(connection, "SELECT personal FROM customers WHERE id = %s FOR UPDATE", customer_id)
    if found is None:
        raise NotFound("customer")
    own = await sealer.of(connection, customer_id)
    personal = own.open(found["personal"], place(customer_id))
    sealed = own.seal({**personal, **values}, place(customer_id))
    sql = "UPDATE customers SET personal = %s, country = coalesce(%s, country) WHERE id = %s"
    await connection.execute(sql, (sealed, country, customer_id))


async def identity_check(connection: Connection, customer_id: str) -> Row | None:
    """The newest identity check."""
    sql = "SELECT * FROM identity_checks WHERE customer_id = %s ORDER BY submitted_at DESC NULLS LAST LIMIT 1"
    return await row(connection, sql, customer_id)


async def identity_verified(connection: Connection, customer_id: str) -> bool:
    sql = "SELECT FROM identity_checks WHERE customer_id = %s AND state = 'verified'"
    return await row(connection, sql, customer_id) is not None


async def urgent(connection: Connection, customer_id: str, now: datetime) -> Row | None:
    """The most pressing of: a request that is due, a payment declined in the last day, a frozen card, a late card."""
    sql = """
        SELECT kind, subject, at FROM (
            SELECT 1 AS rank, 'request_due' AS kind, reason AS subject, due_at AS at
            FROM source_of_funds_requests WHERE customer_id = %(customer)s AND state = 'open'
            UNION ALL
            SELECT 2, 'declined_payment', counterparty, created_at FROM transactions
            WHERE customer_id = %(customer)s AND kind = 'card_payment' AND status = 'declined'
              AND created_at > %(now)s - interval '24 hours'
            UNION ALL
            SELECT 3, 'frozen_card', last4, frozen_at FROM cards
            WHERE customer_id = %(customer)s AND status = 'frozen'
            UNION ALL
            SELECT 4, 'card_late', carrier, eta_to FROM card_orders
            WHERE customer_id = %(customer)s AND status IN ('ordered', 'dispatched') AND eta_to < (%(now)s)::date
        ) items ORDER BY rank, at DESC LIMIT 1
    """
    cursor = await connection.execute(sql, {"customer": customer_id, "now": now})
    return await cursor.fetchone()
