"""Money that comes back from the clearing: refused by the other bank, or stopped before it went out."""

from __future__ import annotations

from datetime import datetime

from actions.bank.model.money import Money
from actions.bank.repository import clearing, ledger, transactions
from actions.bank.repository.unit import Connection, Row
from actions.bank.use_cases.transfer_booking import CLEARING, FEE_INCOME


async def give_back(connection: Connection, item: Row, reason: str, now: datetime) -> None:
    """Void an open clearing item: the customer gets everything back, the fee too.

    The caller holds the item's lock; an item that has its outcome fails on the key of the outcomes.
    """
    amount, fee, waiting = await parts(connection, item)
    account_id = str(item["account_id"])
    await ledger.lock_accounts(connection, [account_id])
    legs = [(waiting, -amount), (account_id, amount + fee)]
    if fee.amount_minor:
        legs.append((await ledger.system_account(connection, FEE_INCOME, fee.currency), -fee))
    posting_id = await ledger.post(connection, "return", item["reference"], legs, now)
    await transactions.set_returned(connection, str(item["transaction_id"]), reason, now)
    await clearing.resolve(connection, str(item["id"]), "voided", now, posting_id=posting_id, reason_code=reason)


async def parts(connection: Connection, item: Row) -> tuple[Money, Money, str]:
    """Amount, fee and the clearing account of their currency."""
    currency = item["currency"]
    waiting = await ledger.system_account(connection, CLEARING, currency)
    return Money(item["amount_minor"], currency), Money(item["fee_minor"], currency), waiting
