"""Paying from an account at another bank: one sentence, a summary, a yes, and the other bank asks for the rest.

Everything is read from one message, "pay 20 pounds to Maya from my Northbank account": the other bank's own pages are
where it is confirmed, so there is no form. The message that asked is not kept for it, the order is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from actions.bank.core.errors import AuthorisationNeeded, CoreError
from actions.bank.core.values import CoreAccount
from actions.bank.errors import BankError, PayeeNotAllowed
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee
from actions.bank.use_cases.linked import Linked
from actions.parsing.amounts import AmountProblem, find_amount, without_amounts
from actions.parsing.text import normalise

if TYPE_CHECKING:
    from actions.turn import Turn

STEP = "pay_linked"
_TO = re.compile(
    r"\b(?:to|pay|send|transfer)\s(?P<name>(?!from\b)[^\W\d_][\w'.\- ]*?)\s*(?=$|[,.!?]|\bfrom\b|\bto\b)", re.I
)


async def put(turn: Turn, linked: Linked) -> dict[str, Any] | None:
    """Sum up what the message orders; the proposal that a yes carries out, or None where it was said why not."""
    try:
        return await _put(turn, linked)
    except AuthorisationNeeded:
        turn.say("utter_linked_pay_link_first", bank=linked.name)
    except CoreError:
        turn.say("utter_linked_pay_unavailable", bank=linked.name)
    except AmountProblem as problem:
        turn.say(f"utter_error_amount_{problem.code}")
    except BankError as error:
        turn.say_refusal(error)
    return None


async def go(turn: Turn, proposal: Mapping[str, Any]) -> None:
    """Tell the other bank, and give the link under which the customer authorises the payment there."""
    linked = turn.bank.linked
    if linked is None:
        turn.say("utter_linked_not_offered")
        return
    try:
        agreed = await linked.payments.propose(turn.customer_id, proposal["order"])
    except CoreError:
        turn.say("utter_linked_pay_unavailable", bank=linked.name)
        return
    total = agreed.order.amount + agreed.fee
    told = {"bank": linked.name, "payee": agreed.order.payee, "amount": agreed.order.amount, "fee": agreed.fee}
    turn.say("utter_linked_pay_go", told, total=total, link=agreed.link)


async def _put(turn: Turn, linked: Linked) -> dict[str, Any] | None:
    amount = find_amount(turn.text)
    named = _TO.search(normalise(without_amounts(turn.text)))
    if amount is None or named is None:
        turn.say("utter_linked_pay_how", bank=linked.name)
        return None
    payee = await turn.bank.payees.resolve(turn.customer_id, named["name"])
    await _check(turn, payee)
    account = _account(await linked.accounts(turn.customer_id), amount.currency)
    if account is None:
        turn.say("utter_linked_pay_no_account", bank=linked.name)
        return None
    currency = amount.currency or account.currency or "GBP"
    money = Money(amount.minor(currency), currency)
    order = await linked.payments.put(turn.customer_id, account, payee, money)
    told = {"bank": linked.name, "account": account.name, "payee": payee.name, "payee_tail": payee.tail}
    turn.say("utter_linked_pay_summary", told, amount=money)
    return {"step": STEP, "at": datetime.now(timezone.utc).isoformat(), "order": order.key}


async def _check(turn: Turn, payee: Payee) -> None:
    """Raises PayeeNotAllowed for one that may not be paid from here either."""
    code = await turn.bank.payees.block_reason(turn.customer_id, payee.id)
    if code is not None:
        reason = await turn.bank.accounts.explain(code)
        raise PayeeNotAllowed(payee, code, reason.explanation, reason.fix)


def _account(held: list[CoreAccount], currency: str | None) -> CoreAccount | None:
    """The first account that payments can name, in the currency that was said."""
    able = (account for account in held if account.numbers and account.status == "active")
    return next((account for account in able if currency in (None, account.currency) or account.currency is None), None)
