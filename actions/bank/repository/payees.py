"""The customer's payees; names and account numbers are sealed, numbers are found by fingerprint."""

from __future__ import annotations

from uuid import uuid4

from actions.bank.model.transfers import Payee
from actions.bank.repository.unit import Connection, Row, row, rows
from actions.bank.sealing import CustomerSealer, Sealer


def place(payee_id: object) -> str:
    return f"payees.sealed:{payee_id}"


def _payee(found: Row, own: CustomerSealer) -> Payee:
    who = own.open(found["sealed"], place(found["id"]))
    return Payee(
        id=str(found["id"]),
        name=who["name"],
        iban=who["iban"],
        country=found["country"],
        currency=found["currency"],
        status=found["status"],
        name_check=found["name_check"],
        block_reason=found["block_reason"],
    )


async def of_customer(connection: Connection, sealer: Sealer, customer_id: str) -> list[Payee]:
    """All payees, by name."""
    own = await sealer.of(connection, customer_id)
    found = await rows(connection, "SELECT * FROM payees WHERE customer_id = %s", customer_id)
    return sorted((_payee(each, own) for each in found), key=lambda payee: (payee.name, payee.id))


async def one(connection: Connection, sealer: Sealer, customer_id: str, payee_id: str) -> Payee | None:
    found = await row(connection, "SELECT * FROM payees WHERE customer_id = %s AND id = %s", customer_id, payee_id)
    return None if found is None else _payee(found, await sealer.of(connection, customer_id))


async def by_fingerprint(connection: Connection, sealer: Sealer, customer_id: str, iban_hash: bytes) -> Payee | None:
    sql = "SELECT * FROM payees WHERE customer_id = %s AND iban_hash = %s"
    found = await row(connection, sql, customer_id, iban_hash)
    return None if found is None else _payee(found, await sealer.of(connection, customer_id))


async def add(connection: Connection, sealer: Sealer, customer_id: str, payee: Payee) -> None:
    """Insert a payee; one that the customer already has under this number stays as it is."""
    own = await sealer.of(connection, customer_id)
    await connection.execute(
        "INSERT INTO payees (id, customer_id, sealed, iban_hash, country, currency, status, name_check, block_reason)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (customer_id, iban_hash) DO NOTHING",
        (
            payee.id,
            customer_id,
            own.seal({"name": payee.name, "iban": payee.iban}, place(payee.id)),
            sealer.fingerprint(payee.iban),
            payee.country,
            payee.currency,
            payee.status,
            payee.name_check,
            payee.block_reason,
        ),
    )


def new_id() -> str:
    return str(uuid4())
