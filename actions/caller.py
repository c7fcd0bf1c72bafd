"""What every action shares: who is asking, what comes before the answer, and how refusals become words.

A custom action is one class with one method, `answer`; the base verifies the signed assertion first, so a
forged call to the action server reads nothing and moves nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.utils import all_subclasses

from actions.bank.errors import BankError
from actions.house import house
from actions.overture import Overture, overture
from actions.refusals import refuse
from actions.turn import NEXT_STEP, LoginNeeded, Turn, current_turn
from common import assertion
from common.assertion import AssertionInvalid

log = structlog.get_logger(__name__)

GUEST = None

NextStep = Callable[[Turn], Awaitable[list[EventType]]]
NEXT_STEPS: dict[str, NextStep] = {}
"""What a button does that names a step beside its intent; actions/next_steps.py fills it."""


class TellerAction(Action, ABC):
    """An action of the bank. `login`: whether a guest is asked to log in first."""

    login: ClassVar[bool] = True

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    async def answer(self, turn: Turn) -> list[EventType]:
        """Utter, and return the events; raises BankError for a refusal the base words."""

    async def act(self, turn: Turn) -> list[EventType]:
        """The answer, or the step that the button names beside its intent."""
        step = None if self._in_form() else NEXT_STEPS.get(turn.pressed.get(NEXT_STEP, ""))
        return await (step(turn) if step else self.answer(turn))

    async def again(self, turn: Turn) -> list[EventType]:
        """What this action said last, with fresh figures: the same question answered anew."""
        turn.recall()
        return await self.act(turn)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        try:
            turn = await open_turn(dispatcher, tracker)
            first = await overture(turn) if self._opens(tracker) else Overture()
            slots = [SlotSet(name, value) for name, value in first.slots.items()]
            if first.then in ("answered", "leave"):
                return slots
            if self.login and turn.customer is GUEST:
                raise LoginNeeded
            try:
                return [*slots, *await self.act(turn)]
            except BankError as error:
                turn.say_refusal(error)
                return slots
        except LoginNeeded:
            dispatcher.utter_message(response="utter_login_needed")
        except AssertionInvalid:
            dispatcher.utter_message(response="utter_identity_refused")
        except Exception as error:
            log.error("action_failed", action=self.name(), error=type(error).__name__, where=place(error))
            dispatcher.utter_message(response="utter_apology")
        return []

    def _in_form(self) -> bool:
        """Whether it is a part of a form, which has read the message itself."""
        return self.name().startswith(("action_ask_", "action_submit_"))

    def _opens(self, tracker: Tracker) -> bool:
        """Whether the turn begins with this action; what a form runs comes after the form itself has read it."""
        return not self._in_form() and not any(event["event"] == "action" for event in current_turn(tracker))


def by_name(name: str) -> TellerAction | None:
    """A new instance of the action called `name`, if there is one."""
    made = (kind() for kind in all_subclasses(TellerAction) if not getattr(kind, "__abstractmethods__", None))
    return next((action for action in made if action.name() == name), None)


async def open_turn(dispatcher: CollectingDispatcher, tracker: Tracker) -> Turn:
    """The turn that `tracker` is at; raises AssertionInvalid if it carries an assertion that does not hold.

    Without an assertion the turn is a guest's.
    """
    opened = await house()
    token = (tracker.latest_message.get("metadata") or {}).get("assertion")
    try:
        caller = assertion.verify(opened.keyring, token, tracker.sender_id) if token is not None else None
    except AssertionInvalid as error:
        refuse(opened, error, "action_server", tracker.sender_id)
        raise
    customer = caller.customer_id if caller else GUEST
    profile = await opened.bank.customers.profile(customer) if customer else None
    return Turn(dispatcher, tracker, opened.bank, customer, profile)


def place(error: BaseException) -> str:
    """Where an exception was raised: file and line, never its text, which may quote a customer."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}" if traceback else "?"
