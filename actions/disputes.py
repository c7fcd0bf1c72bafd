"""Disputing a payment, asking for a refund, reporting a scam."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.events import EventType

from actions.bank.errors import CaseNotPossible
from actions.bank.model.transactions import Transaction
from actions.caller import TellerAction
from actions.lookup_ends import which
from actions.lookup_facts import facts, named
from actions.lookup_steps import say_known
from actions.overture import call_person
from actions.proposals import cancel_transfer, propose, say_case
from actions.turn import Turn

_SEARCHED, _OFFERED = 60, 4
_DISPUTABLE = {
    "dispute_transaction": (("card_payment", "direct_debit", "atm"), "card_payment"),
    "request_refund": (("card_payment",), "merchant_refund"),
}
_KIND = {"direct_debit": "direct_debit", "atm": "atm"}


class ActionDisputeTransaction(TellerAction):
    """Open a case about the named payment, after a plain yes; without a name ask which of the latest it is."""

    def name(self) -> str:
        return "action_dispute_transaction"

    async def answer(self, turn: Turn) -> list[EventType]:
        kinds, usual = _DISPUTABLE[turn.intent]
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind=kinds, status=("pending", "completed"), limit=_SEARCHED
        )
        rules = await turn.bank.policies.facts(turn.intent, turn.customer)
        turn.say(f"utter_{turn.intent}", rules)
        await self._standing(turn)
        wanted = named(turn, page.items)
        fitting = wanted.fitting(page.items, datetime.now(turn.zone)) if wanted else []
        if wanted and page.items and not fitting:
            turn.say("utter_lookup_not_named", named=str(wanted))
        if len(fitting) == 1:
            return await self._propose(turn, fitting[0], _KIND.get(fitting[0].kind, usual))
        choice = (fitting or list(page.items))[:_OFFERED]
        if not choice:
            turn.say("utter_dispute_none")
            return []
        sentence = "I want to dispute the payment of {amount} to {name}"
        if turn.intent == "request_refund":
            sentence = "I want a refund for the payment of {amount} to {name}"
        await which(turn, choice, "utter_dispute_which", sentence)
        return []

    async def _standing(self, turn: Turn) -> None:
        for case in await turn.bank.cases.of_customer(turn.customer_id):
            if case.state == "open":
                turn.say("utter_case_standing", number=case.number, decide_by=case.decide_by)

    async def _propose(self, turn: Turn, item: Transaction, kind: str) -> list[EventType]:
        known = await turn.bank.cases.about(turn.customer_id, item.id)
        if known:
            say_known(turn, known.state, item, known.number, known.decide_by)
            return []
        if item.status == "pending":
            turn.say("utter_lookup_dispute_later", facts(item), until=item.hold_expires_at or item.expected_by)
            return []
        return propose(turn, "utter_dispute_proposed", "open_case", facts(item), kind=kind, transaction=item.id)


class ActionReportScam(TellerAction):
    """A person at once; then the payment that is named is stopped or recalled, with a fraud case.

    Nothing is stopped that was not named: where that is unclear the newest outgoing payments are listed to choose from.
    """

    login = False

    def name(self) -> str:
        return "action_report_scam"

    async def answer(self, turn: Turn) -> list[EventType]:
        rules = await turn.bank.policies.facts("report_scam", turn.customer)
        if turn.customer is None:
            turn.say("utter_handoff_emergency", rules)
            turn.say("utter_login_needed")
            return []
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind=("transfer", "card_payment"), direction="out", status=("pending", "completed"),
            limit=_SEARCHED,
        )  # fmt: skip
        wanted = named(turn, page.items)
        found = wanted.fitting(page.items, datetime.now(turn.zone)) if wanted else []
        if len(found) == 1:
            await self._secure(turn, found[0])
        await self._call_person(turn)
        turn.say("utter_report_scam_rule", rules)
        turn.say("utter_report_scam", rules)
        newest = (found or list(page.items))[:_OFFERED]
        if len(found) != 1 and newest:
            await which(turn, newest, "utter_report_scam_which", "I was scammed: the payment of {amount} to {name}")
            return [turn.offer(self.name())]
        if not newest:
            turn.say("utter_report_scam_none")
        return []

    @staticmethod
    async def _call_person(turn: Turn) -> None:
        """Queue the talk before all ordinary ones, unless that was done for this scam already."""
        waiting = await turn.bank.handoff.active(turn.session_id)
        if waiting is None or waiting.reason != "scam":
            await call_person(turn, "scam")

    async def _secure(self, turn: Turn, item: Transaction) -> None:
        try:
            case = await turn.bank.cases.open(turn.customer_id, "fraud", item.id)  # first: a stopped payment has none
            if item.kind == "transfer":
                await cancel_transfer(turn, item.id)
        except CaseNotPossible as error:
            if error.facts["reason"] != "not_charged":
                turn.say_refusal(error)
            return
        turn.say("utter_report_scam_secured", facts(item))
        say_case(turn, case)
