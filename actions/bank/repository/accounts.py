"""Reading customers' accounts."""

from __future__ import annotations

from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.repository import customers
from actions.bank.repository.unit import Connection, Row, row, rows
from actions.bank.sealing import CustomerSealer, Sealer

_SELECT = """
    SELECT accounts.*, customers.personal, coalesce(pending.minor, 0)::bigint AS pending_minor
    FROM accounts
    JOIN customers ON customers.id = accounts.customer_id
    LEFT JOIN LATERAL (
        SELECT sum(amount_minor + fee_minor) AS minor FROM transactions
        WHERE account_id = accounts.id AND status = 'pending' AND direction = 'out'
    ) pending ON true
    WHERE accounts.kind = 'customer' AND
"""


def place(account_id: object) -> str:
    return f"accounts.details:{account_id}"


def _account(found: Row, own: CustomerSealer) -> Account:
    details = own.open(found["details"], place(found["id"]))
    holder = own.open(found["personal"], customers.place(found["customer_id"]))
    booked = Money(found["balance_minor"], found["currency"])
    pending = Money(found["pending_minor"], found["currency"])
    return Account(
        id=str(found["id"]),
        name=found["name"],
        currency=found["currency"],
        booked=booked,
        available=booked - pending,
        pending_out=pending,
        holder=f"{holder['first_name']} {holder['last_name']}",
        iban=details["iban"],
        bic=details["bic"],
        sort_code=details.get("sort_code"),
        account_number=details.get("account_number"),
        status=found["status"],
        payment_reference=found["payment_reference"],
    )


async def of_customer(connection: Connection, sealer: Sealer, customer_id: str) -> list[Account]:
    """All accounts, the oldest first."""
    sql = f"{_SELECT} accounts.customer_id = %s ORDER BY accounts.opened_at, accounts.id"
    own = await sealer.of(connection, customer_id)
    return [_account(found, own) for found in await rows(connection, sql, customer_id)]


async def one(connection: Connection, sealer: Sealer, customer_id: str, account_id: str) -> Account | None:
    found = await row(connection, f"{_SELECT} accounts.customer_id = %s AND accounts.id = %s", customer_id, account_id)
    return None if found is None else _account(found, await sealer.of(connection, customer_id))


async def by_fingerprint(connection: Connection, iban_hash: bytes) -> Row | None:
    """The active account of this bank with that IBAN, whosever it is: id, customer_id, currency, personal."""
    sql = """
        SELECT accounts.id, accounts.customer_id, accounts.currency, customers.personal
        FROM accounts JOIN customers ON customers.id = accounts.customer_id
        WHERE accounts.iban_hash = %s AND accounts.status = 'active'
    """
    return await row(connection, sql, iban_hash)
