"""One message of one conversation, as an action sees it: who is asking, what they said, the bank, and how to answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.bank.errors import BankError
from actions.bank.model.customers import Profile
from actions.bank.services import Bank
from actions.parsing.answers import is_no, is_stop, is_yes
from actions.wording import HOME_ZONE, worded
from common.locales import HOME, LOCALES
from common.vocabulary import translated

OFFER_SLOT = "service_offer"
NEXT_STEP, NEXT_ABOUT = "next_step", "next_about"
LANGUAGE = "language"
PEOPLE = "people"


class LoginNeeded(Exception):
    """The turn needs a customer and there is none."""


@dataclass(frozen=True, slots=True)
class Button:
    """`payload` is sent back as the message: `/intent` or plain text."""

    title: str
    payload: str


class Turn:
    """One message of one conversation, as an action sees it."""

    def __init__(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        bank: Bank,
        customer: str | None,
        profile: Profile | None,
    ) -> None:
        self.dispatcher = dispatcher
        self.tracker = tracker
        self.bank = bank
        self.customer = customer
        self.profile = profile
        self.session_id: str = tracker.sender_id
        self.intent: str = (tracker.latest_message.get("intent") or {}).get("name") or ""
        self.text: str = tracker.latest_message.get("text") or ""
        self.pressed: dict[str, str] = _pressed(tracker.latest_message.get("entities"))
        self.zone = _zone(profile)
        self.language: str = tracker.get_slot(LANGUAGE) or (profile.preferred_language if profile else HOME)
        if self.language not in LOCALES:
            self.language = HOME
        self.people: set[str] = set()

    @property
    def customer_id(self) -> str:
        """The verified customer; raises LoginNeeded for a guest."""
        if self.customer is None:
            raise LoginNeeded
        return self.customer

    @property
    def says_yes(self) -> bool:
        return is_yes(self.text) or self._pressed("affirm")

    @property
    def says_no(self) -> bool:
        return is_no(self.text) or self._pressed("deny")

    @property
    def says_stop(self) -> bool:
        return is_stop(self.text) or self._pressed("cancel_form")

    def _pressed(self, intent: str) -> bool:
        """Whether a button of `intent` was pressed; a payload that was not on offer is parsed as ordinary text."""
        return self.intent == intent and self.text.strip() == f"/{intent}"

    def say(
        self, response: str, facts: Mapping[str, Any] | None = None, *, buttons: Sequence[Button] = (), **more: Any
    ) -> None:
        """Utter a response of data/responses with its facts put in words.

        The fact `people` is not worded: whom the turn's words name, so that whoever stores them can leave them out.
        """
        shown = [{"title": translated(button.title, self.language), "payload": button.payload} for button in buttons]
        known = {**(facts or {}), **more}
        self.people.update(known.pop(PEOPLE, ()))
        told: dict[str, Any] = {**worded(known, self.zone, self.language)}
        if self.people:
            told[PEOPLE] = sorted(self.people)
        if self.language != HOME:
            told[LANGUAGE] = self.language
        self.dispatcher.utter_message(response=response, buttons=shown, **told)

    def suggest(self, *intents: str) -> None:
        """Offer these next, before the usual steps: what the customer's own data makes likely."""
        self.dispatcher.utter_message(json_message={"suggestions": list(intents)})

    def name_language(self) -> None:
        """Tell the channel, for the titles of its own buttons, what language the answer is in."""
        if self.language != HOME:
            self.dispatcher.utter_message(json_message={LANGUAGE: self.language})

    def say_refusal(self, error: BankError) -> None:
        """Word a refusal of the bank: `utter_error_<code>`, with `_<reason>` where it has one."""
        self.say(refusal(error), error.facts)

    def recall(self) -> None:
        """Let the turn stand for the last message that was not itself "say that again"."""
        for message in past_messages(self.tracker):
            if intent_of(message) != "repeat":
                self.intent, self.text = intent_of(message), message.get("text") or ""
                self.pressed = _pressed((message.get("parse_data") or {}).get("entities"))
                return

    def offer(self, action: str) -> EventType:
        """The event that makes a plain "yes" in the next turn run `action`."""
        return SlotSet(OFFER_SLOT, action)

    def offered(self) -> str | dict[str, Any] | None:
        """What the previous turn offered: an action by its name, or a proposal (see actions/proposals.py)."""
        return next(
            (
                event["value"]
                for event in previous_turn(self.tracker)
                if event["event"] == "slot" and event["name"] == OFFER_SLOT and event["value"]
            ),
            None,
        )


def refusal(error: BankError) -> str:
    """The name of the response that words `error`."""
    reason = error.facts.get("reason")
    if error.code == "payee_unknown" and error.facts["candidates"]:
        reason = "near"
    elif error.code == "limit_exceeded" and error.facts["period"] == "payment":
        reason = "payment"
    elif error.code == "code_locked" and error.facts["retry_at"]:
        reason = "until"
    return f"utter_error_{error.code}_{reason}" if reason else f"utter_error_{error.code}"


def current_turn(tracker: Tracker) -> list[dict[str, Any]]:
    """The events since the customer's last message."""
    return list(_turns(tracker, skip=0))


def previous_turn(tracker: Tracker) -> list[dict[str, Any]]:
    """The events of the turn before, newest first, its message last."""
    return list(_turns(tracker, skip=1))


def past_messages(tracker: Tracker) -> list[dict[str, Any]]:
    """The customer's messages before this one, newest first."""
    return [event for event in reversed(tracker.events) if event["event"] == "user"][1:]


def intent_of(message: Mapping[str, Any]) -> str:
    """The intent of a `user` event."""
    return ((message.get("parse_data") or {}).get("intent") or {}).get("name") or ""


def _pressed(entities: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """What a pressed button says beside its intent; words alone never hold any of it."""
    found = {str(entity["entity"]): str(entity["value"]) for entity in entities or ()}
    return {name: value for name, value in found.items() if name in (NEXT_STEP, NEXT_ABOUT)}


def _turns(tracker: Tracker, skip: int) -> Iterator[dict[str, Any]]:
    for event in reversed(tracker.events):
        if skip == 0:
            yield event
        if event["event"] == "user":
            if skip == 0:
                return
            skip -= 1


def _zone(profile: Profile | None) -> ZoneInfo:
    try:
        return ZoneInfo(profile.timezone) if profile else HOME_ZONE
    except (ZoneInfoNotFoundError, ValueError):
        return HOME_ZONE
