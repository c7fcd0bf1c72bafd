"""Taking back a transfer: stopped while it is pending, recalled once it has left; only after a plain yes."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.events import EventType

from actions.bank.model.transactions import Transaction
from actions.caller import TellerAction
from actions.lookup_ends import which
from actions.lookup_facts import facts, named
from actions.lookup_steps import say_known
from actions.proposals import propose
from actions.turn import Turn

_SEARCHED, _OFFERED = 30, 3


class ActionCancelTransfer(TellerAction):
    """Name the transfer and propose to cancel or recall it; with several pending ones ask which."""

    def name(self) -> str:
        return "action_cancel_transfer"

    async def answer(self, turn: Turn) -> list[EventType]:
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind="transfer", direction="out", status=("pending", "completed"), limit=_SEARCHED
        )
        found, wanted = list(page.items), named(turn, page.items)
        if wanted:
            fitting = wanted.fitting(found, datetime.now(turn.zone))
            if not fitting:
                turn.say("utter_lookup_not_named", named=str(wanted))
            found = fitting or found
        pending = [item for item in found if item.status == "pending"]
        candidates = pending or (found if wanted else found[:1])
        if not candidates:
            turn.say("utter_cancel_transfer_none")
            return []
        if len(candidates) > 1:
            await which(turn, candidates[:_OFFERED], "utter_cancel_transfer_which",
                        "cancel the transfer of {amount} to {name}")  # fmt: skip
            return []
        return await self._propose(turn, candidates[0])

    async def _propose(self, turn: Turn, item: Transaction) -> list[EventType]:
        known = await turn.bank.cases.about(turn.customer_id, item.id)
        if known and known.state == "open":
            say_known(turn, known.state, item, known.number, known.decide_by)
            return []
        until = await turn.bank.cases.stoppable_until(turn.customer_id, item.id)
        response = "utter_cancel_transfer_proposed" if until else "utter_cancel_transfer_recall_proposed"
        rules = await turn.bank.policies.facts(turn.intent, turn.customer)
        told = {**rules, **facts(item), "until": until}
        return propose(turn, response, "cancel_transfer", told, transaction=item.id)
