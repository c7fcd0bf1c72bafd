"""What the customer has at another bank, beside what they have here: never instead of it, and never waited for long."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

from rasa_sdk.events import EventType

from actions.bank.core.errors import AuthorisationNeeded, CoreError
from actions.bank.core.values import Balance, DirectDebit, StandingOrder
from actions.bank.errors import NotFound
from actions.bank.use_cases.linked import Entry, Linked
from actions.parsing.dates import Period
from actions.parsing.elsewhere import elsewhere
from actions.proposals import propose
from actions.turn import OFFER_SLOT, Turn

T = TypeVar("T")


def about_elsewhere(turn: Turn) -> bool:
    """Whether the question is about accounts at the other bank alone."""
    return turn.bank.linked is not None and elsewhere(turn.text, turn.bank.linked.name)


async def say_balances(turn: Turn, currency: str | None = None) -> list[EventType]:
    """A line for each linked account and currency; where nothing is linked, the offer to do so, once."""
    linked = turn.bank.linked
    if linked is None:
        return []
    if not await linked.linked(turn.customer_id):
        return _offer(turn, linked)
    for holding in await _asked(turn, linked, linked.holdings(turn.customer_id)) or ():
        for balance in holding.balances:
            _say_balance(turn, linked.name, holding.account.name, balance, currency)
    return []


async def entries(turn: Turn, period: Period) -> tuple[list[EventType], Sequence[Entry] | None]:
    """The transactions of the linked accounts in a period, newest first; None where it was said why there are none."""
    linked = turn.bank.linked
    if linked is None or not await linked.linked(turn.customer_id):
        return (_offer(turn, linked, asked=True) if linked else []), None
    since = datetime.combine(period.first, time.min, turn.zone) if period.first else None
    before = datetime.combine(period.last + timedelta(days=1), time.min, turn.zone) if period.last else None
    return [], await _asked(turn, linked, linked.transactions(turn.customer_id, since=since, before=before))


async def say_regular(turn: Turn) -> list[EventType]:
    """The direct debits and standing orders of the linked accounts."""
    linked = turn.bank.linked
    if linked is None:
        return []
    if not await linked.linked(turn.customer_id):
        return _offer(turn, linked, asked=True)
    found = await _asked(turn, linked, linked.regular(turn.customer_id))
    if found is None:
        return []
    for debit in found.direct_debits:
        _say_debit(turn, linked.name, debit)
    for order in found.standing_orders:
        _say_order(turn, linked.name, order)
    if not found.direct_debits and not found.standing_orders:
        turn.say("utter_linked_regular_none", bank=linked.name)
    return []


async def _asked(turn: Turn, linked: Linked, asking: Awaitable[T]) -> T | None:
    """The other bank's answer, or one sentence that says why there is none."""
    try:
        return await asking
    except AuthorisationNeeded:
        turn.say("utter_linked_permission_over", bank=linked.name)
    except (CoreError, NotFound):
        turn.say("utter_linked_unavailable", bank=linked.name)
    return None


def _offer(turn: Turn, linked: Linked, *, asked: bool = False) -> list[EventType]:
    """The offer to link an account: where it is asked for, else once in a conversation and not in a form."""
    before = any(
        event["event"] == "slot" and event["name"] == OFFER_SLOT and _links(event["value"])
        for event in turn.tracker.events
    )
    if not asked and (before or (turn.tracker.active_loop or {}).get("name")):
        return []
    return propose(turn, "utter_linked_none" if asked else "utter_linked_offer", "link_account", {"bank": linked.name})


def _links(offer: object) -> bool:
    return isinstance(offer, dict) and offer.get("step") == "link_account"


def _say_balance(turn: Turn, bank: str, account: str, balance: Balance, currency: str | None) -> None:
    stated = balance.available or balance.booked
    if stated is None or currency not in (None, stated.currency):
        return
    told = {"bank": bank, "account": account, "currency": stated.currency, "as_of": balance.as_of}
    if balance.available is not None and balance.booked is not None and balance.available != balance.booked:
        turn.say("utter_linked_balance_pending", told, available=balance.available, booked=balance.booked)
    else:
        turn.say("utter_linked_balance", told, amount=stated)


def _say_debit(turn: Turn, bank: str, debit: DirectDebit) -> None:
    told = {"bank": bank, "collector": debit.collector, "amount": debit.last_amount, "day": debit.last_on}
    known = debit.last_amount is not None and debit.last_on is not None
    turn.say("utter_linked_direct_debit" if known else "utter_linked_direct_debit_plain", told)


def _say_order(turn: Turn, bank: str, order: StandingOrder) -> None:
    told = {"bank": bank, "payee": order.payee, "amount": order.amount, "schedule": order.schedule}
    if order.payee is None or order.amount is None:
        turn.say("utter_linked_standing_order_plain", told)
    elif order.next_on is None:
        turn.say("utter_linked_standing_order_undated", told)
    else:
        turn.say("utter_linked_standing_order", told, day=order.next_on)
