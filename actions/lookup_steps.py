"""What is said of a transaction beyond its own line: why, what it cost by which rule, at whose rate, what comes next.

A step is called with the turn and one transaction; it may propose something, and returns the events of that.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from rasa_sdk.events import EventType

from actions.bank.errors import CurrencyNotOffered
from actions.bank.model.transactions import Transaction
from actions.lookup_facts import facts
from actions.proposals import propose, say_case
from actions.turn import Turn

_LIMIT_OF = {"transfer_limit": "transfer", "cash_limit": "atm", "top_up_limit": "top_up_card"}
_TOLERANCE = Decimal("0.01")
"""How far a scheme's rate may lie from ours before a claim is offered: its rate is of another hour."""


async def reason(turn: Turn, item: Transaction) -> list[EventType]:
    """The reason with its fix, the limit or the balance behind it, and the date by which a pending item ends."""
    if item.reason_code:
        known = await turn.bank.accounts.explain(item.reason_code)
        turn.say("utter_lookup_reason", explanation=known.explanation, fix=known.fix)
        await _behind(turn, item)
    if item.status == "pending":
        now = datetime.now(turn.zone)
        if item.hold_expires_at:
            turn.say("utter_lookup_hold", until=item.hold_expires_at)
        elif item.expected_by:
            overdue = item.expected_by < now
            turn.say("utter_lookup_overdue" if overdue else "utter_lookup_expected", expected=item.expected_by)
    return []


async def _behind(turn: Turn, item: Transaction) -> None:
    """The figures that the reason is about."""
    code = _LIMIT_OF.get(item.reason_code or "")
    if code:
        for use in await turn.bank.costs.limits(turn.customer_id, code, item.amount.currency):
            turn.say(
                "utter_lookup_limit" if use.resets_at else "utter_lookup_limit_once",
                limit=use.limit, period=use.period, used=use.used, left=use.left, resets=use.resets_at,
            )  # fmt: skip
    elif item.reason_code == "insufficient_funds":
        account = next(a for a in await turn.bank.accounts.list(turn.customer_id) if a.id == item.account_id)
        turn.say("utter_lookup_available", available=account.available, account=account.name)


async def fee_rule(turn: Turn, item: Transaction) -> list[EventType]:
    """The rule behind a fee; a fee that does not fit its rule can be claimed back."""
    check = await turn.bank.costs.check(turn.customer_id, item)
    if check.rule:
        turn.say("utter_lookup_fee_rule", rule=check.rule)
    if item.received and item.received < item.amount:
        turn.say("utter_lookup_received", received=item.received, kept=item.amount - item.received)
    if item.operator_surcharge:
        turn.say("utter_lookup_surcharge", surcharge=item.operator_surcharge)
    if check.right:
        return []
    told = {"fee": item.fee, "due": check.due}
    response = "utter_lookup_fee_unknown" if check.due is None else "utter_lookup_fee_wrong"
    return propose(turn, response, "open_case", told, kind="fee", transaction=item.id)


async def rate(turn: Turn, item: Transaction) -> list[EventType]:
    """Who converted, and our own rate at that time; a deviation on our side can be claimed."""
    if item.converted_by:
        turn.say(f"utter_lookup_converted_by_{item.converted_by}")
    if item.operator_surcharge:
        turn.say("utter_lookup_surcharge", surcharge=item.operator_surcharge)
    if item.status == "pending":
        turn.say("utter_lookup_rate_may_change")
    if item.local_amount is None:
        return []
    plan = turn.profile.plan if turn.profile else "standard"
    base, quote = item.local_amount.currency, item.amount.currency
    try:
        ours = await turn.bank.exchange.rate(base, quote, plan, at=item.created_at)
    except CurrencyNotOffered:
        turn.say("utter_lookup_no_rate_then", base=base, quote=quote)
        return []
    # We add the margin to what a foreign amount costs, so the rate of a payment is the mid rate plus the margin.
    rate_then = (ours.mid * (1 + ours.margin)).quantize(Decimal("0.0001"))
    turn.say("utter_lookup_our_rate", base=base, quote=quote, ours=rate_then, at=item.created_at)
    if item.converted_by == "merchant" or item.fx_rate is None or item.fx_rate <= rate_then * (1 + _TOLERANCE):
        return []
    return propose(turn, "utter_lookup_rate_claim", "open_case", facts(item), kind="exchange_rate", transaction=item.id)


async def arrival(turn: Turn, item: Transaction) -> list[EventType]:
    """Where a transfer is: not gone yet, still within its time, or late enough to be traced."""
    if item.payee_id:
        turn.say("utter_lookup_payee_tail", tail=(await turn.bank.payees.get(turn.customer_id, item.payee_id)).tail)
    if item.status != "completed":
        return await reason(turn, item)
    if item.expected_by and item.expected_by > datetime.now(turn.zone):
        turn.say("utter_lookup_wait", expected=item.expected_by)
        return []
    told = {"expected": item.expected_by or item.completed_at}
    return propose(turn, "utter_lookup_trace", "open_case", told, kind="trace", transaction=item.id)


async def side(turn: Turn, item: Transaction) -> list[EventType]:
    """Who stopped a payment, and since when its money is back."""
    if item.reason_code:
        known = await turn.bank.accounts.explain(item.reason_code)
        turn.say(f"utter_lookup_side_{known.side}")
    if item.status == "reverted":
        turn.say("utter_lookup_money_back", since=item.reverted_at, amount=item.amount)
    elif item.status == "declined":
        turn.say("utter_lookup_never_left")
    return await reason(turn, item)


async def reverted_payment(turn: Turn, item: Transaction) -> list[EventType]:
    await side(turn, item)
    turn.say("utter_lookup_charge_again")
    return []


async def refunded_to(turn: Turn, item: Transaction) -> list[EventType]:
    """Where a top-up that was taken back goes, and by when."""
    if item.refund_destination:
        turn.say("utter_lookup_refund_to", destination=item.refund_destination, expected=item.refund_expected_by)
    return await reason(turn, item)


async def refund(turn: Turn, item: Transaction) -> list[EventType]:
    if item.card_last4:
        turn.say("utter_lookup_refund_card", card=item.card_last4)
    if item.status == "completed":
        turn.say("utter_lookup_booked", completed=item.completed_at)
    return await reason(turn, item)


async def card_state(turn: Turn, item: Transaction) -> list[EventType]:
    """The reason, and how the card stands now."""
    await reason(turn, item)
    await say_cards(turn, item.card_last4)
    return []


async def say_cards(turn: Turn, last4: str | None = None) -> None:
    """How the customer's cards stand: status, switches that are off, PIN tries."""
    for card in await turn.bank.cards.list(turn.customer_id):
        if card.status == "cancelled" or last4 not in (None, card.last4):
            continue
        switches = {"contactless": card.contactless_on, "online payments": card.online_on,
                    "cash withdrawals": card.atm_on, "use abroad": card.abroad_on}  # fmt: skip
        off = [name for name, on in switches.items() if not on]
        response = "utter_lookup_card" if not off else "utter_lookup_card_off"
        turn.say(response, last4=card.last4, status=card.status, tries=card.pin_tries_left, off=off)


async def cash_limits(turn: Turn, item: Transaction) -> list[EventType]:
    """The card's state beside what is left of the cash limit."""
    await card_state(turn, item)
    if item.reason_code != "cash_limit":
        await say_limits(turn, "atm")
    return []


async def say_limits(turn: Turn, code: str) -> None:
    for use in await turn.bank.costs.limits(turn.customer_id, code):
        turn.say(
            "utter_lookup_limit" if use.resets_at else "utter_lookup_limit_once",
            limit=use.limit, period=use.period, used=use.used, left=use.left, resets=use.resets_at,
        )  # fmt: skip


async def undispensed(turn: Turn, item: Transaction) -> list[EventType]:
    await reason(turn, item)
    turn.say("utter_lookup_undispensed", expected=item.expected_by or item.hold_expires_at)
    return []


async def charge(turn: Turn, item: Transaction) -> list[EventType]:
    """What a small charge is: a card check that comes back, a fee with its rule, or a real payment."""
    if item.kind == "hold":
        return await reason(turn, item)
    if item.fee.amount_minor:
        return await fee_rule(turn, item)
    if item.kind == "fee":
        turn.say("utter_lookup_plan_charge", reference=item.reference or item.counterparty)
        return []
    return await offer_dispute(turn, item)


async def offer_dispute(turn: Turn, item: Transaction) -> list[EventType]:
    """The state of the case about a payment, or the offer to open one; a payment on hold has to settle first."""
    known = await turn.bank.cases.about(turn.customer_id, item.id)
    if known:
        say_known(turn, known.state, item, known.number, known.decide_by)
        return []
    if item.status == "pending":
        turn.say("utter_lookup_dispute_later", facts(item), until=item.hold_expires_at or item.expected_by)
        return []
    return propose(turn, "utter_lookup_dispute", "open_case", facts(item), kind="card_payment", transaction=item.id)


def say_known(turn: Turn, state: str, item: Transaction, number: str, decide_by: object) -> None:
    turn.say(f"utter_case_{state}", facts(item), number=number, decide_by=decide_by)


async def offer_fraud_case(turn: Turn, item: Transaction) -> list[EventType]:
    """A payment that somebody else made: the case, or the offer to open one."""
    known = await turn.bank.cases.about(turn.customer_id, item.id)
    if known and known.state == "open":
        say_case(turn, known)
        return []
    return propose(turn, "utter_lookup_fraud", "open_case", facts(item), kind="fraud", transaction=item.id)
