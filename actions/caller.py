"""What every action shares: who is asking, what they said, the bank, and how refusals become words.

A custom action is one class with one method, `answer`; the base verifies the signed assertion first, so a
forged call to the action server reads nothing and moves nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.utils import all_subclasses

from actions.bank.errors import BankError
from actions.bank.model.customers import Profile
from actions.bank.services import Bank
from actions.house import house
from actions.overture import LANGUAGE, Overture, overture
from actions.parsing.answers import is_no, is_stop, is_yes
from actions.refusals import refuse
from actions.wording import HOME_ZONE, worded
from common import assertion
from common.assertion import AssertionInvalid
from common.locales import HOME, LOCALES
from common.vocabulary import translated

log = structlog.get_logger(__name__)

GUEST = None
OFFER_SLOT = "service_offer"
NEXT_STEP, NEXT_ABOUT = "next_step", "next_about"


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
        """Utter a response of data/responses with its facts put in words."""
        shown = [{"title": translated(button.title, self.language), "payload": button.payload} for button in buttons]
        told = worded({**(facts or {}), **more}, self.zone, self.language)
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


def place(error: BaseException) -> str:
    """Where an exception was raised: file and line, never its text, which may quote a customer."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}" if traceback else "?"


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
