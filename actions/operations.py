"""Operations in the chat: handing one over to its form, the form's questions, and the action that carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from rasa_sdk.events import EventType, SlotSet

from actions.bank.errors import BankError
from actions.caller import TellerAction, place
from actions.form_end import SubmitForm
from actions.form_switching import start_form
from actions.forms import FAILURES_SLOT
from actions.operation_form import CODE, ORDER, OUTCOME, PREPARED, STEP, ValidateOperationForm, say_done
from actions.operation_table import RECIPES
from actions.titles import title
from actions.turn import Turn

log = structlog.get_logger(__name__)


def start_operation(turn: Turn, topic: str, kind: str, values: Mapping[str, Any] | None = None) -> list[EventType]:
    """Let the form take over an operation of `kind` with the values known so far; `topic` is the intent it is for."""
    return start_form(turn, "operation_form", intent=topic, order={"kind": kind, "values": dict(values or {})})


class ActionAskOperationValue(TellerAction):
    def name(self) -> str:
        return "action_ask_operation_form_operation_value"

    async def answer(self, turn: Turn) -> list[EventType]:
        order = turn.tracker.get_slot(ORDER)
        fields = {field.name: field for field in RECIPES[order["kind"]].fields}
        field = fields[turn.tracker.get_slot(STEP)]
        values = order["values"]
        turn.say(field.ask, values.get("told", {}), buttons=await field.choices(turn, values))
        return []


class ActionAskOperationConfirmation(TellerAction):
    """The summary and its yes or no; after a no, what to change."""

    def name(self) -> str:
        return "action_ask_operation_form_operation_confirmation"

    async def answer(self, turn: Turn) -> list[EventType]:
        prepared = turn.tracker.get_slot(PREPARED)
        if prepared:
            turn.say(prepared["facts"]["summary"], prepared["facts"])
        else:
            turn.say("utter_ask_operation_change")
        return []


class ActionAskOperationCode(TellerAction):
    """The code's question, with the amount and the payee that the code is bound to."""

    def name(self) -> str:
        return "action_ask_operation_form_operation_code"

    async def answer(self, turn: Turn) -> list[EventType]:
        facts = (turn.tracker.get_slot(PREPARED) or {}).get("facts", {})
        about = "_payee" if {"amount", "payee"} <= facts.keys() else "_amount" if "amount" in facts else ""
        turn.say(f"utter_ask_operation_code{about}", facts, open=title(turn.tracker.get_slot(ORDER)["topic"]))
        return []


class ActionSubmitOperationForm(SubmitForm):
    """Execute the prepared operation once its code is verified."""

    def name(self) -> str:
        return "action_submit_operation_form"

    async def submit(self, turn: Turn) -> list[EventType]:
        prepared = turn.tracker.get_slot(PREPARED)
        if not prepared or turn.tracker.get_slot(CODE) != "verified":
            return _cleared()
        try:
            outcome = await self._execute(turn, prepared["key"])
        except BankError as error:
            turn.say_refusal(error)
            turn.say("utter_operation_not_done")
            return _cleared()
        except Exception as error:
            log.error("operation_outcome_unknown", error=type(error).__name__, where=place(error))
            turn.say("utter_operation_unknown")
            return []  # the key stays: the next operation asks the bank for it first
        return self._told(turn, outcome)

    async def again(self, turn: Turn) -> list[EventType]:
        last, unknown = turn.tracker.get_slot(OUTCOME), turn.tracker.get_slot(PREPARED)
        if unknown:  # its reply was lost: the bank knows by now
            outcome = await turn.bank.operations.settle(turn.customer_id, unknown["key"])
            return self._told(turn, outcome)
        if last:
            turn.say(last["response"], last["facts"])
        else:
            turn.say("utter_operation_not_done")
        return []

    @staticmethod
    def _told(turn: Turn, outcome: Mapping[str, Any] | None) -> list[EventType]:
        if outcome is None:
            turn.say("utter_operation_not_done")
            return _cleared()
        recipe = RECIPES[turn.tracker.get_slot(ORDER)["kind"]]
        return [*_cleared(), SlotSet(OUTCOME, say_done(turn, recipe, outcome))]

    async def _execute(self, turn: Turn, key: str) -> Mapping[str, Any] | None:
        """What was done; where the reply was lost the bank is asked by key, and only a clear no counts as one."""
        try:
            return await turn.bank.operations.execute(turn.customer_id, key)
        except BankError:
            raise
        except Exception as error:
            log.error("operation_reply_lost", error=type(error).__name__, where=place(error))
        return await turn.bank.operations.outcome(turn.customer_id, key)


def _cleared() -> list[EventType]:
    return [SlotSet(slot, None) for slot in (*ValidateOperationForm.slots, FAILURES_SLOT)]
