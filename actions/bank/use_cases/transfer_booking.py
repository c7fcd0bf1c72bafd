"""Writing a transfer into the ledger: at once inside this bank, in two phases where it leaves.

A transfer that leaves is debited when it is sent; its money waits in the clearing account until the other bank has
taken it (posted) or sent it back (voided). The balance is the sum of the entries in every phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from actions.bank.model.accounts import Account
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee
from actions.bank.repository import clearing, ledger, transactions
from actions.bank.repository.unit import Connection, Row
from actions.bank.rules import final_at

CLEARING, FEE_INCOME, OTHER_BANKS = "transfers in clearing", "fee income", "settled with other banks"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer that passed every check. `target` is the recipient's account where it is at this bank.

    `kind` is that of the posting: transfer, or standing_order and closing, which run without the customer.
    """

    kind: str
    customer_id: str
    key: str
    account: Account
    payee: Payee
    target: Row | None
    amount: Money
    fee: Money
    route: str
    arrival: date
    timezone: str
    at: datetime

    @property
    def reference(self) -> str:
        return f"TR{UUID(self.key).hex[:10].upper()}"


async def book(connection: Connection, transfer: Transfer) -> str:
    """Entries, lines of the feed and, for money that leaves, its item in clearing; returns the posting's id.

    The caller holds the locks of the accounts.
    """
    currency, total = transfer.amount.currency, transfer.amount + transfer.fee
    inside = transfer.target
    credited = str(inside["id"]) if inside else await ledger.system_account(connection, CLEARING, currency)
    legs: list[ledger.Leg] = [(transfer.account.id, -total), (credited, transfer.amount)]
    if transfer.fee.amount_minor:
        legs.append((await ledger.system_account(connection, FEE_INCOME, currency), transfer.fee))
    posting_id = await ledger.post(
        connection, transfer.kind, transfer.reference, legs, transfer.at, payee_id=transfer.payee.id
    )
    sent = await _feed(connection, transfer, posting_id)
    if inside is None:
        await clearing.add(
            connection,
            {
                "customer_id": transfer.customer_id,
                "account_id": transfer.account.id,
                "transaction_id": sent,
                "posting_id": posting_id,
                "direction": "out",
                "reference": transfer.reference,
                "amount_minor": transfer.amount.amount_minor,
                "fee_minor": transfer.fee.amount_minor,
                "currency": currency,
                "due_at": final_at(transfer.at, transfer.arrival, transfer.timezone),
                "created_at": transfer.at,
            },
        )
    return posting_id


async def _feed(connection: Connection, transfer: Transfer, posting_id: str) -> str:
    """One line for the sender, whose id is returned, and inside the bank one for the recipient."""
    both = {
        "kind": "transfer",
        "status": "completed",
        "amount_minor": transfer.amount.amount_minor,
        "currency": transfer.amount.currency,
        "method": transfer.route,
        "reference": transfer.reference,
        "posting_id": posting_id,
        "created_at": transfer.at,
        "completed_at": transfer.at,
    }
    fee_minor = transfer.fee.amount_minor
    sent = {
        "customer_id": transfer.customer_id,
        "account_id": transfer.account.id,
        "direction": "out",
        "fee_minor": fee_minor,
        "fee_code": f"transfer_{transfer.route}" if fee_minor else None,
        "counterparty": transfer.payee.name,
        "payee_id": transfer.payee.id,
        "intent_key": transfer.key,
        "expected_by": datetime.combine(transfer.arrival, transfer.at.timetz()),
    }
    if transfer.target is not None:
        got = {"customer_id": transfer.target["customer_id"], "account_id": transfer.target["id"], "direction": "in"}
        await transactions.add(connection, both | got | {"counterparty": transfer.account.holder})
    return await transactions.add(connection, both | sent)
