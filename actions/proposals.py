"""What the assistant has proposed and a plain yes carries out: opening a case, stopping a transfer or a mandate.

These steps protect the customer or can be undone, so they need no second factor, but they need that yes. A proposal
is one slot with the ids it is about; it holds for one turn and for ten minutes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions import linked_payments
from actions.bank.model.cases import Case
from actions.bank.model.money import Money
from actions.caller import by_name
from actions.form_switching import YES_NO, resume
from actions.forms import CONFIRMATION_LIFE
from actions.linking import link
from actions.lookup_facts import facts
from actions.parsing.amounts import AmountProblem, find_amount
from actions.turn import OFFER_SLOT, Turn


def propose(turn: Turn, response: str, step: str, told: Mapping[str, Any] | None = None, **ids: Any) -> list[EventType]:
    """Utter the question `response`; a yes in the next turn carries out `step` with `ids`."""
    turn.say(response, told, buttons=YES_NO)
    return [SlotSet(OFFER_SLOT, {"step": step, "at": datetime.now(timezone.utc).isoformat(), **ids})]


def offer_operation(turn: Turn, response: str, intent: str, told: Mapping[str, Any] | None = None) -> list[EventType]:
    """Utter the question `response`; a yes in the next turn starts what `intent` of the cards asks for."""
    return propose(turn, response, "begin", told, intent=intent)


def ask_value(turn: Turn, response: str, step: str, told: Mapping[str, Any] | None = None, **ids: Any) -> EventType:
    """Utter the question `response`; a value in the next turn is taken by `step`."""
    turn.say(response, told)
    return SlotSet(OFFER_SLOT, {"value_for": step, "at": datetime.now(timezone.utc).isoformat(), **ids})


async def take_up(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    """Carry out what a yes belongs to; too old a proposal is not, and a yes with conditions is asked for again."""
    if "step" not in proposal:
        turn.say("utter_affirm_nothing_pending")
    elif not turn.says_yes:
        turn.say("utter_proposal_plain_yes", buttons=YES_NO)
        return [SlotSet(OFFER_SLOT, dict(proposal))]
    elif _stale(proposal):
        turn.say("utter_proposal_stale")
    else:
        return await _STEPS[proposal["step"]](turn, proposal)
    return []


async def take_value(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    """Work a value into what asked for it."""
    if "value_for" not in proposal or _stale(proposal):
        turn.say("utter_inform_no_form")
        return []
    return await _VALUES[proposal["value_for"]](turn, proposal)


def say_case(turn: Turn, case: Case) -> None:
    """The number of a case, by when it is decided, and by when money is back in the meantime."""
    told = {"number": case.number, "decide_by": case.decide_by, "refund_by": case.refund_by}
    turn.say("utter_case_already_open" if case.already else "utter_case_opened", told)
    if case.refund_by and case.state == "open":
        turn.say("utter_case_refund", told)


async def _open_case(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    claimed = Money(proposal["minor"], proposal["currency"]) if "minor" in proposal else None
    case = await turn.bank.cases.open(turn.customer_id, proposal["kind"], proposal.get("transaction"), claimed)
    say_case(turn, case)
    return []


async def _cancel_transfer(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    await cancel_transfer(turn, proposal["transaction"])
    return []


async def cancel_transfer(turn: Turn, transaction_id: str) -> None:
    """Stop or recall a transfer and say which of the two it was."""
    done = await turn.bank.cases.cancel_transfer(turn.customer_id, transaction_id)
    if done.recall is None:
        turn.say("utter_transfer_stopped", facts(done.transaction), since=done.at)
        return
    turn.say("utter_transfer_recall", facts(done.transaction))
    say_case(turn, done.recall)


async def _cancel_mandate(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    mandate = await turn.bank.regular.cancel_mandate(turn.customer_id, proposal["mandate"])
    turn.say("utter_mandate_cancelled", collector=mandate.collector, reference=mandate.reference)
    if proposal.get("transaction"):
        say_case(turn, await turn.bank.cases.open(turn.customer_id, "direct_debit", proposal["transaction"]))
    return []


async def _stop_top_up(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    await turn.bank.top_ups.stop_rule(turn.customer_id, proposal["regular"])
    turn.say("utter_automatic_top_up_stopped")
    return []


async def _pause_top_up(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    await turn.bank.top_ups.pause_rule(turn.customer_id, proposal["regular"])
    turn.say("utter_automatic_top_up_paused")
    return []


async def _end_standing_order(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    await turn.bank.regular.cancel_standing_order(turn.customer_id, proposal["regular"])
    turn.say("utter_standing_order_ended")
    return []


async def _pause_standing_order(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    await turn.bank.regular.pause_standing_order(turn.customer_id, proposal["regular"])
    turn.say("utter_standing_order_paused")
    return []


async def _resume_form(turn: Turn, _: Mapping[str, Any]) -> list[EventType]:
    events = resume(turn.tracker)
    if not events:
        turn.say("utter_form_resume_gone")
    return events


async def _link_account(turn: Turn, _: Mapping[str, Any]) -> list[EventType]:
    await link(turn)
    return []


async def _pay_linked(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    await linked_payments.go(turn, proposal)
    return []


async def _begin(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    turn.intent, turn.text = proposal["intent"], ""
    action = by_name("action_manage_cards")
    if action is None:
        raise LookupError("action_manage_cards")
    return await action.answer(turn)


async def _cash_received(turn: Turn, proposal: Mapping[str, Any]) -> list[EventType]:
    """How much of a withdrawal came out: the difference is what is claimed."""
    booked = Money(proposal["minor"], proposal["currency"])
    try:
        amount = find_amount(turn.text)
        got = Money(amount.minor(booked.currency), booked.currency) if amount else None
    except AmountProblem as problem:
        got = Money.zero(booked.currency) if problem.code == "zero" else None
    if got is None or got >= booked:
        again = {name: value for name, value in proposal.items() if name not in ("value_for", "at")}
        return [ask_value(turn, "utter_ask_cash_received_again", "cash_received", {"amount": booked}, **again)]
    missing = booked - got
    told = {"amount": booked, "received": got, "missing": missing}
    return propose(
        turn, "utter_cash_claim_proposed", "open_case", told, kind="atm", transaction=proposal["transaction"],
        minor=missing.amount_minor, currency=missing.currency,
    )  # fmt: skip


def _stale(proposal: Mapping[str, Any]) -> bool:
    return datetime.now(timezone.utc) - datetime.fromisoformat(proposal["at"]) > CONFIRMATION_LIFE


_Step = Callable[[Turn, Mapping[str, Any]], Awaitable[list[EventType]]]
_STEPS: dict[str, _Step] = {
    "begin": _begin,
    "open_case": _open_case,
    "cancel_transfer": _cancel_transfer,
    "cancel_mandate": _cancel_mandate,
    "resume_form": _resume_form,
    "stop_top_up": _stop_top_up,
    "pause_top_up": _pause_top_up,
    "end_standing_order": _end_standing_order,
    "pause_standing_order": _pause_standing_order,
    "link_account": _link_account,
    linked_payments.STEP: _pay_linked,
}
_VALUES: dict[str, _Step] = {"cash_received": _cash_received}
