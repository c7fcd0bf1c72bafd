"""One mechanism for all forms: answer, correct, interrupt, cancel, confirm, prove, give up.

Rasa asks a form's slots in the order of domain.yml and calls `validate_<form>` once a turn. `TellerForm` decides
there what the turn is; a feature's form says only what its values are and where they come from:

- a bare value answers the open question whatever its intent, and only a pure yes confirms;
- a question or a lookup rejects the form for this turn: a rule answers it, Rasa asks the open question again;
- a correction changes the named value, voids confirmation and second factor, and the summary is shown again;
- cancelling, three misses in a row or a locked second factor end the form and say what was not done.

A form that ends early leaves its last slot empty, so its submit action finds nothing to do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, NoReturn

import structlog
from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.bank.errors import BankError
from actions.caller import OFFER_SLOT, LoginNeeded, Turn, current_turn, open_turn, place
from common.assertion import AssertionInvalid

log = structlog.get_logger(__name__)

FAILURES_SLOT = "form_failures"
MOST_FAILURES = 3
CONFIRMATION_LIFE = timedelta(minutes=10)
HANDOFF = "action_human_handoff"
# What a form reads itself; every other intent is a question in the middle of it.
_FOR_THE_FORM = frozenset(
    {"inform", "affirm", "deny", "correct_value", "cancel_form", "nlu_fallback", "out_of_scope", ""}
)


class Miss(Exception):
    """The turn did not give what was asked for; `response` says why and `facts` fill it."""

    def __init__(self, response: str, **facts: Any) -> None:
        super().__init__(response)
        self.response = response
        self.facts = facts


class Ended(Exception):
    """The form is over: what there was to say has been said."""


class FormTurn(Turn):
    """A turn inside a form: a working copy of its slots, and the changes to hand back to Rasa."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(turn.dispatcher, turn.tracker, turn.bank, turn.customer, turn.profile)
        self.asked: str | None = turn.tracker.get_slot("requested_slot")
        self.changes: dict[str, Any] = {}
        self.reopened: set[str] = set()  # slots the customer wants to fill anew: asked, never derived

    def __getitem__(self, slot: str) -> Any:
        return self.changes[slot] if slot in self.changes else self.tracker.get_slot(slot)

    def __setitem__(self, slot: str, value: Any) -> None:
        self.changes[slot] = value

    def events(self) -> list[EventType]:
        return [SlotSet(slot, value) for slot, value in self.changes.items()]


class TellerForm(FormValidationAction, ABC):
    """The base of every form's validation.

    `start_intent` opens the form; `slots` are all slots it owns, cleared when it ends; `confirmation` and `code`
    are those among them that hold "yes" and "verified".
    """

    start_intent: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    confirmation: ClassVar[str]
    code: ClassVar[str]
    said_cancelled: ClassVar[str]
    said_kept: ClassVar[str]
    said_change_what: ClassVar[str]

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    async def begin(self, turn: FormTurn) -> None:
        """Clear what an earlier form left, then read the values of the opening message."""

    @abstractmethod
    async def recover(self, turn: FormTurn) -> bool:
        """Whether a turn that was lost before it was stored had carried the operation out already; then says so."""

    @abstractmethod
    async def is_value(self, turn: FormTurn, slot: str) -> bool:
        """Whether the whole message is a value for `slot`."""

    @abstractmethod
    def is_change(self, turn: FormTurn) -> bool:
        """Whether the words alone say that a value shall change: "change the payee", "make it 30"."""

    @abstractmethod
    async def read_answer(self, turn: FormTurn, slot: str) -> None:
        """Fill `slot`, and others given with it; raises Miss where the message holds no such value."""

    @abstractmethod
    async def correct(self, turn: FormTurn) -> bool:
        """Replace the values the message names; False if it names none."""

    @abstractmethod
    async def settle(self, turn: FormTurn) -> None:
        """Derive what follows from the values; once all are known, prepare the operation for the summary."""

    @abstractmethod
    async def confirm(self, turn: FormTurn) -> bool:
        """Take the customer's yes and send the second factor; False if the summary must be shown again instead."""

    @abstractmethod
    async def read_code(self, turn: FormTurn) -> None:
        """Verify the second factor; raises Miss where the message holds none."""

    @abstractmethod
    async def void(self, turn: FormTurn) -> None:
        """Withdraw the prepared operation, with its confirmation and second factor."""

    @abstractmethod
    async def refresh(self, turn: FormTurn) -> None:
        """Withdraw the prepared operation and let `settle` prepare it anew."""

    @abstractmethod
    def prepared_at(self, turn: FormTurn) -> datetime | None:
        """When the summary that is being confirmed was shown."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        if _was_interrupted(tracker):
            return []
        try:
            turn = FormTurn(await open_turn(dispatcher, tracker))
            _ = turn.customer_id
        except LoginNeeded:
            dispatcher.utter_message(response="utter_login_needed")
            return self._end()
        except AssertionInvalid:
            log.warning("assertion_refused", action=self.name())
            dispatcher.utter_message(response="utter_identity_refused")
            return self._end()
        except Exception as error:
            return self._fail(dispatcher, error)
        try:
            if await self._interrupts(turn):
                return [ActionExecutionRejected(self.form_name())]
            try:
                done = await self.recover(turn)
            except Exception as error:  # what may have been done must not be forgotten: the form stays as it is
                log.error("form_outcome_unknown", action=self.name(), error=type(error).__name__, where=place(error))
                dispatcher.utter_message(response="utter_apology")
                return []
            if done and turn.asked is not None:
                raise Ended
            await self._take(turn)
            return [*turn.events(), SlotSet(FAILURES_SLOT, turn[FAILURES_SLOT] or 0)]
        except Ended:
            return [*self._end(), *_offers(turn)]
        except Exception as error:
            return self._fail(dispatcher, error)

    async def _interrupts(self, turn: FormTurn) -> bool:
        """Whether the message is a question of its own, to be answered before the form goes on."""
        if turn.asked is None or turn.intent in _FOR_THE_FORM or turn.intent == self.start_intent:
            return False
        return not (turn.says_stop or await self._is_answer(turn, turn.asked))

    async def _is_answer(self, turn: FormTurn, asked: str) -> bool:
        if asked in (self.confirmation, self.code) and self.is_change(turn):
            return True
        if asked == self.confirmation:
            return turn.says_yes or turn.says_no
        return await self.is_value(turn, asked)

    async def _take(self, turn: FormTurn) -> None:
        """Work one turn into the slots; raises Ended when the form is over."""
        try:
            if turn.asked is None:
                await self.begin(turn)
            elif turn.intent == "cancel_form" or turn.says_stop:
                await self.stop(turn, self.said_cancelled)
            else:
                await self._read(turn, turn.asked)
            await self.settle(turn)
            turn[FAILURES_SLOT] = 0
        except Miss as miss:
            turn.say(miss.response, miss.facts)
            await self._count_failure(turn)
        except BankError as error:
            turn.say_refusal(error)
            await self._count_failure(turn)

    async def _read(self, turn: FormTurn, asked: str) -> None:
        if asked == self.confirmation:
            await self._read_confirmation(turn)
        elif asked == self.code:
            await self._read_code(turn)
        elif turn.intent != "correct_value" or await self.is_value(turn, asked) or not await self.correct(turn):
            await self.read_answer(turn, asked)

    async def _read_confirmation(self, turn: FormTurn) -> None:
        shown_at = self.prepared_at(turn)
        if turn.says_no:
            await self._decline(turn)
        elif turn.says_yes:
            if shown_at is None:
                raise Miss(self.said_change_what)
            if datetime.now(timezone.utc) - shown_at > CONFIRMATION_LIFE:
                turn.say("utter_form_confirmation_stale")
                await self.refresh(turn)
            elif await self.confirm(turn):
                turn[self.confirmation] = "yes"
        elif not await self.correct(turn):
            if turn.intent != "deny":
                raise Miss("utter_form_plain_yes" if shown_at else self.said_change_what)
            await self._decline(turn)

    async def _decline(self, turn: FormTurn) -> None:
        """A no to the summary: nothing is done, and what to change is asked; a second no ends the form."""
        if self.prepared_at(turn) is None:
            await self.stop(turn, self.said_cancelled)
        await self.void(turn)
        turn.say(self.said_kept)

    async def _read_code(self, turn: FormTurn) -> None:
        if not await self.is_value(turn, self.code):
            if turn.says_no:
                await self._decline(turn)
                return
            if await self.correct(turn):
                return
        await self.read_code(turn)

    async def _count_failure(self, turn: FormTurn) -> None:
        turn[FAILURES_SLOT] = (turn.tracker.get_slot(FAILURES_SLOT) or 0) + 1
        if turn[FAILURES_SLOT] >= MOST_FAILURES:
            turn.changes[OFFER_SLOT] = HANDOFF
            await self.stop(turn, "utter_form_gave_up")

    async def stop(self, turn: FormTurn, response: str) -> NoReturn:
        """End the form, saying what was not done."""
        await self.void(turn)
        turn.say(response)
        raise Ended

    def _end(self) -> list[EventType]:
        return [
            *(SlotSet(slot, None) for slot in self.slots),
            SlotSet(FAILURES_SLOT, None),
            SlotSet("requested_slot", None),
        ]

    def _fail(self, dispatcher: CollectingDispatcher, error: Exception) -> list[EventType]:
        """Nothing moves without the submit action, so a form that breaks can safely stop."""
        log.error("form_failed", action=self.name(), error=type(error).__name__, where=place(error))
        dispatcher.utter_message(response="utter_form_broke")
        return self._end()


def _was_interrupted(tracker: Tracker) -> bool:
    """Whether the form has stepped back in this turn already: Rasa validates again before it asks again."""
    return any(event["event"] == "action_execution_rejected" for event in current_turn(tracker))


def _offers(turn: FormTurn) -> list[EventType]:
    return [SlotSet(OFFER_SLOT, turn.changes[OFFER_SLOT])] if turn.changes.get(OFFER_SLOT) else []
