"""One turn inside a form, and the ways in which it can end."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.form_switching import NEXT
from actions.turn import Turn


class Miss(Exception):
    """The turn did not give what was asked for; `response` says why and `facts` fill it."""

    def __init__(self, response: str, **facts: Any) -> None:
        super().__init__(response)
        self.response = response
        self.facts = facts


class Elsewhere(Exception):
    """What is asked is put right by another operation first: its intent, and the order its form begins with."""

    def __init__(self, topic: str, order: dict[str, Any]) -> None:
        super().__init__(topic)
        self.topic = topic
        self.order = order


class Ended(Exception):
    """The form is over: what there was to say has been said."""


class PutAside(Ended):
    """The form is over for now; its values wait to be taken up again."""


class FormTurn(Turn):
    """A turn inside a form: a working copy of its slots, and the changes to hand back to Rasa."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(turn.dispatcher, turn.tracker, turn.bank, turn.customer, turn.profile)
        self.asked: str | None = turn.tracker.get_slot("requested_slot")
        self.changes: dict[str, Any] = {}
        self.reopened: set[str] = set()  # slots the customer wants to fill anew: asked, never derived
        self.wish: dict[str, Any] = {}  # what the turn that led here has read already

    def __getitem__(self, slot: str) -> Any:
        return self.changes[slot] if slot in self.changes else self.tracker.get_slot(slot)

    def __setitem__(self, slot: str, value: Any) -> None:
        self.changes[slot] = value

    def ask_first(self, question: dict[str, Any]) -> None:
        """Ask about the form itself before its next value."""
        self[NEXT] = question
        self["requested_slot"] = NEXT

    def events(self) -> list[EventType]:
        return [SlotSet(slot, value) for slot, value in self.changes.items()]
