"""What every form shares at its end, and the question a form asks about itself."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from rasa_sdk.events import EventType, FollowupAction

from actions.caller import TellerAction
from actions.form_switching import NEXT, after_form
from actions.titles import title
from actions.turn import Turn


class SubmitForm(TellerAction):
    """Carry out what a form gathered; then the form it made way for, or the offer to come back to another.

    The turn is closed by name, so that nothing hangs on what a policy makes of a form that began and ended in it.
    """

    login: ClassVar[bool] = False  # a form that a guest could not open has nothing to submit

    @abstractmethod
    async def submit(self, turn: Turn) -> list[EventType]:
        """Carry it out; what is left of a stopped form is cleared silently."""

    async def answer(self, turn: Turn) -> list[EventType]:
        return [*await self.submit(turn), *(after_form(turn) or [FollowupAction("action_listen")])]


class ActionAskFormNext(TellerAction):
    """Whether to put the open form aside for another, or to go on with it after a long silence."""

    def name(self) -> str:
        return "action_ask_form_next"

    async def answer(self, turn: Turn) -> list[EventType]:
        question = turn.tracker.get_slot(NEXT)
        if question["step"] == "switch":
            turn.say("utter_ask_form_switch", open=title(question["open"]), wanted=title(question["intent"]))
        else:
            turn.say("utter_ask_form_return", open=title(question["open"]))
        return []
