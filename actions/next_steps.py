"""The steps that a button offers after an answer and that are no intent of their own.

Their buttons carry the intent they follow, the step, and what it is about where it had to be asked:
`/declined_transfer{"next_step": "change_transfer_limit"}` (see data/suggestions.yml). The same words typed are text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from rasa_sdk.events import EventType

from actions.bank.errors import NotFound
from actions.bank.model.customers import Device
from actions.bank.model.transactions import Transaction
from actions.bank.use_cases.wallet_operations import WALLETS
from actions.caller import NEXT_STEPS, NextStep
from actions.lookup_facts import facts, people
from actions.lookup_steps import say_limits
from actions.lookups import LAST
from actions.operation_values import card_values
from actions.operations import start_operation
from actions.proposals import offer_operation, propose, say_case
from actions.turn import NEXT_ABOUT, NEXT_STEP, Button, Turn

_SEARCHED, _OFFERED = 20, 4


def step(name: str) -> Callable[[NextStep], NextStep]:
    def add(function: NextStep) -> NextStep:
        NEXT_STEPS[name] = function
        return function

    return add


@step("open_payment_trace")
async def open_payment_trace(turn: Turn) -> list[EventType]:
    """Trace a transfer that has left; before its time is over there is nothing to trace."""
    item = await _transfer(turn, "open_payment_trace")
    if item is None:
        return []
    known = await turn.bank.cases.about(turn.customer_id, item.id)
    if known and known.state == "open":
        say_case(turn, known)
        return []
    if item.expected_by and item.expected_by > datetime.now(turn.zone):
        turn.say("utter_trace_too_early", facts(item), expected=item.expected_by)
        return []
    return propose(turn, "utter_trace_proposed", "open_case", facts(item), kind="trace", transaction=item.id)


@step("send_payment_proof")
async def send_payment_proof(turn: Turn) -> list[EventType]:
    """A document about a transfer that has left, in the secure inbox."""
    item = await _transfer(turn, "send_payment_proof")
    if item is None:
        return []
    proof = await turn.bank.statements.prove(turn.customer_id, item.id)
    told = {**facts(item), "reference": proof.reference or item.id[:8]}
    turn.say("utter_payment_proof_again" if proof.already else "utter_payment_proof", told)
    return []


@step("open_deposit_search")
async def open_deposit_search(turn: Turn) -> list[EventType]:
    """Search for cash or a cheque that was paid in: the latest one that waits, or one that is not in the feed."""
    page = await turn.bank.accounts.transactions(
        turn.customer_id, kind=("cash_deposit", "cheque"), status="pending", limit=1
    )
    if not page.items:
        return propose(turn, "utter_top_ups_search", "open_case", kind="deposit_search")
    [item] = page.items
    return propose(turn, "utter_deposit_search_proposed", "open_case", facts(item), kind="deposit_search",
                   transaction=item.id)  # fmt: skip


@step("trace_incoming_transfer")
async def trace_incoming_transfer(turn: Turn) -> list[EventType]:
    """Look for money that somebody sent: the pending transfer we know of, or one that has not reached us."""
    page = await turn.bank.accounts.transactions(
        turn.customer_id, kind="transfer", status="pending", direction="in", limit=1
    )
    if not page.items:
        return propose(turn, "utter_top_ups_trace", "open_case", kind="incoming_trace")
    [item] = page.items
    return propose(turn, "utter_incoming_trace_proposed", "open_case", facts(item), kind="incoming_trace",
                   transaction=item.id)  # fmt: skip


@step("change_transfer_limit")
async def change_transfer_limit(turn: Turn) -> list[EventType]:
    """The limits with their use; then the form that raises one with a code, or lowers it at once."""
    if turn.profile is None:
        raise LookupError(turn.customer_id)
    await say_limits(turn, "transfer")
    values = {"currency": turn.profile.base_currency}
    return start_operation(turn, "change_transfer_limit", "set_transfer_limit", values)


@step("upload_documents")
async def upload_documents(turn: Turn) -> list[EventType]:
    """Open the app's upload where documents were asked for."""
    request = await turn.bank.identity.funds_request(turn.customer_id)
    if request is None:
        turn.say("utter_upload_documents_none")
        return []
    until = await turn.bank.identity.open_documents(turn.customer_id)
    turn.say("utter_upload_documents", documents=request.documents, due=request.due_at, until=until)
    return []


@step("add_card_to_wallet")
async def add_card_to_wallet(turn: Turn) -> list[EventType]:
    """The form that puts an active card into the wallet of a trusted phone or tablet."""
    every = await turn.bank.cards.list(turn.customer_id)
    cards = [card for card in every if card.status == "active" and card.kind != "disposable"]
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    devices = [one for one in await turn.bank.devices.list(turn.customer_id) if one.trusted and one.platform in WALLETS]
    if not devices:
        turn.say("utter_wallet_no_device")
        return []
    offered = [_device(one) for one in devices]
    values = card_values(cards, devices=offered, device=offered[0] if len(offered) == 1 else None)
    return start_operation(turn, "add_card_to_wallet", "add_card_to_wallet", values)


def _device(device: Device) -> dict[str, str]:
    return {"id": device.id, "name": device.name, "wallet": WALLETS[device.platform]}


async def _transfer(turn: Turn, wanted: str) -> Transaction | None:
    """The transfer that the button or the answer before it was about; of several, which one is asked."""
    page = await turn.bank.accounts.transactions(
        turn.customer_id, kind="transfer", direction="out", status="completed", limit=_SEARCHED
    )
    held: Sequence[Transaction] = page.items
    if not held:
        turn.say("utter_next_step_no_transfer")
        return None
    about = turn.pressed.get(NEXT_ABOUT)
    if about:
        found = next((item for item in held if item.id == about), None)
        if found is None:
            raise NotFound("transaction")
        return found
    last = (turn.tracker.get_slot(LAST) or {}).get("transaction")
    found = next((item for item in held if item.id == last), held[0] if len(held) == 1 else None)
    if found is None:
        buttons = [
            Button(f"{item.amount}, {item.counterparty}", _payload(turn.intent, wanted, item.id))
            for item in held[:_OFFERED]
        ]
        turn.say("utter_next_step_which_transfer", buttons=buttons, people=people(held))
    return found


def _payload(intent: str, wanted: str, about: str) -> str:
    return f"/{intent}{json.dumps({NEXT_STEP: wanted, NEXT_ABOUT: about})}"
