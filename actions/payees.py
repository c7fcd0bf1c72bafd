"""Payees: saving one, and why one cannot be paid."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType

from actions.bank.model.transfers import Payee
from actions.caller import TellerAction
from actions.lookup_facts import facts
from actions.operations import start_operation
from actions.parsing.text import tokens
from actions.turn import Turn

_SEARCHED = 30


class ActionAddPayee(TellerAction):
    """Who is saved already; then the form that checks and saves a new one."""

    def name(self) -> str:
        return "action_add_payee"

    async def answer(self, turn: Turn) -> list[EventType]:
        saved = [payee.name for payee in await turn.bank.payees.list(turn.customer_id) if payee.status == "active"]
        turn.say("utter_add_payee_saved" if saved else "utter_add_payee", payees=saved)
        return start_operation(turn, "add_payee", "add_payee")


class ActionExplainPayee(TellerAction):
    """The payee that is named, or every blocked one: why it is blocked, or why a transfer to it was declined."""

    def name(self) -> str:
        return "action_explain_payee"

    async def answer(self, turn: Turn) -> list[EventType]:
        payees = await turn.bank.payees.list(turn.customer_id)
        reasons = {payee.id: await turn.bank.payees.block_reason(turn.customer_id, payee.id) for payee in payees}
        chosen = _named(turn, payees) or [payee for payee in payees if reasons[payee.id]]
        for payee in chosen:
            code = reasons[payee.id]
            told = {"payee": payee, "country": payee.country, "currency": payee.currency, "tail": payee.tail}
            if code is None:
                turn.say("utter_payee_allowed", told)
                await self._last_refusal(turn, payee)
                continue
            known = await turn.bank.accounts.explain(code)
            turn.say("utter_payee_blocked", told, explanation=known.explanation, fix=known.fix)
        if not chosen:
            turn.say("utter_payee_none_blocked", payees=[payee.name for payee in payees] or ["-"])
        return []

    async def _last_refusal(self, turn: Turn, payee: Payee) -> None:
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind="transfer", status=("declined", "reverted"), direction="out", limit=_SEARCHED
        )
        for item in page.items:
            if item.payee_id == payee.id:
                turn.say("utter_declined_transfer_found", facts(item))
                if item.reason_code:
                    known = await turn.bank.accounts.explain(item.reason_code)
                    turn.say("utter_lookup_reason", explanation=known.explanation, fix=known.fix)
                return


def _named(turn: Turn, payees: Sequence[Payee]) -> list[Payee]:
    """Those of whose names the message holds a word."""
    said = set(tokens(turn.text))
    return [payee for payee in payees if said & {word for word in tokens(payee.name) if len(word) > 2}]
