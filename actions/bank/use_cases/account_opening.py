"""Opening one more account for a customer who has one."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from stdnum import iban as iban_numbers

from actions.bank.errors import NotFound
from actions.bank.model.accounts import Account
from actions.bank.model.customers import Profile
from actions.bank.repository import accounts
from actions.bank.repository.unit import Connection, insert, row
from actions.bank.sealing import Sealer

_DIGITS = 8
"""Length of an account number, the last digits of an IBAN here."""


async def open_account(
    connection: Connection, sealer: Sealer, profile: Profile, currency: str, now: datetime
) -> Account:
    """An empty account at the branch of the customer's oldest one; raises NotFound where there is none."""
    held = await accounts.of_customer(connection, sealer, profile.id)
    if not held:
        raise NotFound("account")
    branch = held[0]
    iban, fingerprint = await _new_iban(connection, sealer, branch.iban)
    details = {"iban": iban, "bic": branch.bic, "holder": branch.holder}
    if branch.sort_code:
        details |= {"sort_code": branch.sort_code, "account_number": iban[-_DIGITS:]}
    account_id = uuid4()
    own = await sealer.of(connection, profile.id)
    await insert(
        connection,
        "accounts",
        {
            "id": account_id,
            "kind": "customer",
            "customer_id": profile.id,
            "name": await _name(connection, currency),
            "currency": currency,
            "status": "active",
            "balance_minor": 0,
            "details": own.seal(details, accounts.place(account_id)),
            "iban_hash": fingerprint,
            "opened_at": now,
        },
    )
    opened = await accounts.one(connection, sealer, profile.id, str(account_id))
    if opened is None:
        raise NotFound("account")
    return opened


async def _new_iban(connection: Connection, sealer: Sealer, near: str) -> tuple[str, bytes]:
    """A free number at the same branch, and its fingerprint."""
    while True:
        bban = near[4:-_DIGITS] + f"{uuid4().int % 10**_DIGITS:0{_DIGITS}d}"
        iban = f"{near[:2]}{iban_numbers.calc_check_digits(f'{near[:2]}00{bban}')}{bban}"
        fingerprint = sealer.fingerprint(iban)
        if await row(connection, "SELECT FROM accounts WHERE iban_hash = %s", fingerprint) is None:
            return iban, fingerprint


async def _name(connection: Connection, currency: str) -> str:
    found = await row(connection, "SELECT name FROM currencies WHERE code = %s", currency)
    return str(found["name"]) if found else currency
