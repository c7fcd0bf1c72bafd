"""A transfer to an account of the customer's own: paid like any other in one currency, exchanged between two."""

from __future__ import annotations

from typing import Any

from actions.bank.model.accounts import Account
from actions.parsing.amounts import find_amount
from actions.parsing.text import tokens, words
from actions.transfer_reading import account_in
from actions.turn import Turn

_AROUND = words("my own account other")


async def own_account(turn: Turn, name: str) -> Account | None:
    """The one active account that a payee's name means: "savings", "my euro account"."""
    said = [word for word in tokens(name) if word not in _AROUND]
    accounts = [account for account in await turn.bank.accounts.list(turn.customer_id) if account.status == "active"]
    fitting = [account for account in accounts if said and said == tokens(account.name)]
    fitting = fitting or [account for account in accounts if said == [account.currency.casefold()]]
    return fitting[0] if len(fitting) == 1 else None


async def exchange_order(turn: Turn, own: Account) -> dict[str, Any] | None:
    """The exchange that paying into `own` comes to; None where an account in the same currency can pay.

    Raises AmountProblem where the message names an amount that cannot be used.
    """
    source = await account_in(turn)
    accounts = await turn.bank.accounts.list(turn.customer_id)
    others = [account for account in accounts if account.id != own.id and account.status == "active"]
    paying = [source] if source else others
    if any(account.currency == own.currency for account in paying):
        return None
    named = find_amount(turn.text)
    given = [account.currency for account in paying if named is None or named.currency in (None, account.currency)]
    values: dict[str, Any] = {"to": own.currency}
    if len(set(given)) == 1:
        values["from"] = given[0]
    return {"kind": "exchange", "values": values}
