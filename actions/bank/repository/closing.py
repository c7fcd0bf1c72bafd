"""What stands between a customer and the end of their accounts."""

from __future__ import annotations

from actions.bank.model.money import Money
from actions.bank.repository.unit import Connection, Row, row, rows

_BLOCKERS = """
    SELECT 'pending transactions' AS what, count(*) AS n FROM transactions
        WHERE customer_id = %(customer)s AND status = 'pending'
    UNION ALL SELECT 'open disputes', count(*) FROM disputes WHERE customer_id = %(customer)s AND state = 'open'
    UNION ALL SELECT 'loans', count(*) FROM loans WHERE customer_id = %(customer)s AND status <> 'repaid'
    UNION ALL SELECT 'restricted accounts', count(*) FROM accounts
        WHERE customer_id = %(customer)s AND status = 'restricted'
"""
_ENDING = """
    SELECT 'cards' AS what, count(*) AS n FROM cards
        WHERE customer_id = %(customer)s AND status NOT IN ('cancelled', 'expired')
    UNION ALL SELECT 'direct debits', count(*) FROM mandates WHERE customer_id = %(customer)s AND status = 'active'
    UNION ALL SELECT 'standing orders', count(*) FROM standing_orders
        WHERE customer_id = %(customer)s AND status = 'active'
    UNION ALL SELECT 'automatic top-ups', count(*) FROM auto_topups
        WHERE customer_id = %(customer)s AND status = 'active'
"""


async def blockers(connection: Connection, customer_id: str) -> dict[str, int]:
    """What has to be settled first, with how many there are; an account cannot be overdrawn here."""
    return await _counts(connection, _BLOCKERS, customer_id)


async def ending(connection: Connection, customer_id: str) -> dict[str, int]:
    """What ends together with the accounts."""
    return await _counts(connection, _ENDING, customer_id)


async def balances(connection: Connection, customer_id: str) -> list[Money]:
    """The booked balance of every account that is not closed."""
    sql = (
        "SELECT balance_minor, currency FROM accounts WHERE customer_id = %s AND status <> 'closed' ORDER BY opened_at"
    )
    return [Money(found["balance_minor"], found["currency"]) for found in await rows(connection, sql, customer_id)]


async def agreed(connection: Connection, customer_id: str) -> Row | None:
    return await row(connection, "SELECT * FROM account_closures WHERE customer_id = %s", customer_id)


async def has_payee(connection: Connection, customer_id: str, payee_id: str) -> bool:
    sql = "SELECT FROM payees WHERE customer_id = %s AND id = %s AND status = 'active'"
    return await row(connection, sql, customer_id, payee_id) is not None


async def _counts(connection: Connection, sql: str, customer_id: str) -> dict[str, int]:
    cursor = await connection.execute(sql, {"customer": customer_id})
    return {found["what"]: int(found["n"]) for found in await cursor.fetchall() if found["n"]}
