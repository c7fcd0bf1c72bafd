"""One mechanism for all forms: answer, correct, interrupt, cancel, confirm, prove, give up.

Rasa asks a form's slots in the order of domain.yml and calls `validate_<form>` once a turn. `TellerForm` decides
there what the turn is; a feature's form says only what its values are and where they come from:

- a bare value answers the open question whatever its intent, and only a pure yes confirms;
- a question or a lookup rejects the form for this turn: a rule answers it, Rasa asks the open question again;
- another operation is offered in one sentence; a yes puts this form aside (see actions/form_switching.py);
- a correction changes the named value, voids confirmation and second factor, and the summary is shown again;
- two misses in a row bring an explanation, and a form left alone for ten minutes asks whether to go on;
- cancelling, three misses in a row, a locked second factor or a scam end the form and say what was not done.

A form that ends early leaves its last slot empty, so its submit action finds nothing to do.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

import structlog
from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.bank.errors import BankError
from actions.caller import open_turn, place
from actions.form_switching import NEXT, PARKED, idle_time, parked_with, proposed_now, unparked
from actions.form_turn import Ended, FormTurn, Miss, PutAside
from actions.overture import overture
from actions.parsing.text import normalise
from actions.titles import title
from actions.turn import OFFER_SLOT, LoginNeeded, Turn, current_turn
from common.assertion import AssertionInvalid

log = structlog.get_logger(__name__)

FAILURES_SLOT = "form_failures"
EXPLAINED_AT, MOST_FAILURES = 2, 3
CONFIRMATION_LIFE = timedelta(minutes=10)
IDLE_LIFE = timedelta(minutes=10)
HANDOFF = "action_human_handoff"
# What a form reads itself; every other intent is a question in the middle of it.
_FOR_THE_FORM = frozenset(
    {"inform", "affirm", "deny", "correct_value", "cancel_form", "nlu_fallback", "out_of_scope", ""}
)
# What protects the customer comes first, whatever is asked, if its words say so too.
_SCAM = "report_scam"
_PROTECTIVE = frozenset({"freeze_card", "lost_or_stolen_card", "compromised_card", "card_swallowed", _SCAM})
_IN_DANGER = re.compile(
    r"\b(?:freez|froze|block|lost|lose|losing|stole|steal|missing|gone|swallow|kept|ate|scam|fraud|hack|compromis|leak|"
    r"knows|robbed|mugged|tricked)",
    re.I,
)


class TellerForm(FormValidationAction, ABC):
    """The base of every form's validation.

    `starts` are intents whose rule opens the form; `slots` are all slots it owns, cleared when it ends, `values` those
    that are kept while it is put aside and `asks` those it asks for, in order; `confirmation` and `code` are the two
    that hold "yes" and "verified". `results` are slots of what it did, which outlive it.
    """

    starts: ClassVar[frozenset[str]] = frozenset()
    slots: ClassVar[tuple[str, ...]]
    values: ClassVar[tuple[str, ...]]
    asks: ClassVar[tuple[str, ...]]
    confirmation: ClassVar[str]
    code: ClassVar[str]
    said_cancelled: ClassVar[str]
    results: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    def topic(self, turn: FormTurn) -> str:
        """The intent this form is about now."""

    def about(self, turn: FormTurn) -> dict[str, Any]:
        """Facts for what is said of the form as a whole."""
        return {"open": title(self.topic(turn))}

    @abstractmethod
    def explanation(self, turn: FormTurn, slot: str) -> tuple[str, dict[str, Any]]:
        """The response that explains with an example what is expected for `slot`, and its facts."""

    @abstractmethod
    async def begin(self, turn: FormTurn) -> None:
        """Read the values of the opening message; the form's slots are empty."""

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
    async def read_confirmation(self, turn: FormTurn) -> None:
        """Take a yes, a no or a change of the summary."""

    @abstractmethod
    async def read_code(self, turn: FormTurn) -> None:
        """Take the second factor, a no or a change of the summary."""

    @abstractmethod
    async def void(self, turn: FormTurn) -> None:
        """Withdraw the prepared operation, with its confirmation and second factor."""

    @abstractmethod
    async def refresh(self, turn: FormTurn) -> None:
        """Withdraw the prepared operation and let `settle` prepare it anew."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[EventType]:
        events = await self._turn(dispatcher, tracker)
        begun_now = tracker.get_slot("requested_slot") is None
        if begun_now and SlotSet("requested_slot", None) in events:  # over before a rule could see it open
            return [*events, FollowupAction(f"action_submit_{self.form_name()}")]
        return events

    async def _turn(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        try:
            turn = FormTurn(await open_turn(dispatcher, tracker))
            _ = turn.customer_id
            if turn.asked is not None and self._stepped_back(tracker):
                return await self._come_back(turn)
        except LoginNeeded:
            dispatcher.utter_message(response="utter_login_needed")
            return self._end()
        except AssertionInvalid:
            dispatcher.utter_message(response="utter_identity_refused")
            return self._end()
        except Exception as error:
            return self._fail(dispatcher, error)
        try:
            first = await overture(turn, in_form=turn.asked is not None)
            turn.changes.update(first.slots)
            if first.then == "leave":
                await self.void(turn)
                return [*(SlotSet(name, value) for name, value in first.slots.items()), *self._end()]
            if first.then == "answered" and turn.asked is not None:
                return turn.events()
            steps_back = await self._interrupts(turn)
            ends = steps_back and (first.then == "protect" or turn.intent == _SCAM)
            if steps_back and not ends:
                return [*turn.events(), ActionExecutionRejected(self.form_name())]
            try:
                done = await self.recover(turn)
            except Exception as error:  # what may have been done must not be forgotten: the form stays as it is
                log.error("form_outcome_unknown", action=self.name(), error=type(error).__name__, where=place(error))
                dispatcher.utter_message(response="utter_apology")
                return []
            if ends:
                return [*await self._end_next(turn, done), ActionExecutionRejected(self.form_name())]
            if done and turn.asked is not None:
                raise Ended
            await self._take(turn)
            return [*turn.events(), SlotSet(FAILURES_SLOT, turn[FAILURES_SLOT] or 0)]
        except PutAside:
            return [*self._end(), SlotSet(NEXT, turn[NEXT]), SlotSet(PARKED, turn[PARKED])]
        except Ended:
            left = [slot for slot in (OFFER_SLOT, *self.results) if slot in turn.changes]
            return [*self._end(), *(SlotSet(slot, turn.changes[slot]) for slot in left)]
        except Exception as error:
            return self._fail(dispatcher, error)

    def _stepped_back(self, tracker: Tracker) -> bool:
        """Whether the form has made way for a question in this turn: Rasa validates again before it asks again."""
        rejected = (event for event in current_turn(tracker) if event["event"] == "action_execution_rejected")
        return any(event["name"] == self.form_name() for event in rejected)

    async def _interrupts(self, turn: FormTurn) -> bool:
        """Whether the message is a question of its own, to be answered before the form goes on."""
        if turn.asked is None or turn.says_stop:
            return False
        if turn.intent in _PROTECTIVE and _IN_DANGER.search(normalise(turn.text)):
            return True
        if turn.asked == NEXT and (turn.says_yes or turn.says_no):
            return False
        asked = self._open_question(turn)
        if turn.intent in _FOR_THE_FORM or turn.intent == self.topic(turn):
            return turn.intent == "inform" and _choice_offered(turn) and not await self._is_answer(turn, asked)
        if await self._is_answer(turn, asked):
            return False
        other = form_started_by(turn.intent)
        if other is None:
            return True
        turn.wish = {"step": "switch", "form": other.form_name(), "intent": turn.intent, "text": turn.text}
        return False

    async def _is_answer(self, turn: FormTurn, asked: str) -> bool:
        if asked in (self.confirmation, self.code) and self.is_change(turn):
            return True
        if asked == self.confirmation:
            return turn.says_yes or turn.says_no
        return await self.is_value(turn, asked)

    def _open_question(self, turn: FormTurn) -> str:
        """The slot that is open, also where a question about the form itself came before it."""
        if turn.asked is not None and turn.asked != NEXT:
            return turn.asked
        return next((slot for slot in self.asks if turn[slot] is None), self.asks[-1])

    async def _end_next(self, turn: FormTurn, done: bool) -> list[EventType]:
        """Withdraw what was prepared before a scam is dealt with: nobody is asked to go on paying after that."""
        if not done:
            await self.void(turn)
            turn.say(self.said_cancelled, self.about(turn))
        turn[NEXT] = {"step": "end"}
        return turn.events()

    async def _come_back(self, turn: FormTurn) -> list[EventType]:
        """The form again after another question; what was to be started by that is offered, or started at once."""
        if (turn[NEXT] or {}).get("step") == "end":
            return [*self._end(), SlotSet(PARKED, None)]
        wanted = proposed_now(turn.tracker)
        if wanted is None:
            return []
        try:
            await self._offer(turn, wanted)
        except PutAside:
            return [*self._end(), SlotSet(NEXT, turn[NEXT]), SlotSet(PARKED, turn[PARKED])]
        return [*turn.events(), SlotSet(FAILURES_SLOT, turn[FAILURES_SLOT] or 0)]

    async def _offer(self, turn: FormTurn, wanted: dict[str, Any]) -> None:
        """Ask whether to put this form aside for another; one that holds nothing yet just makes way."""
        if any(turn[slot] for slot in self.values):
            turn.ask_first({**wanted, "open": self.topic(turn)})
        else:
            await self._make_way(turn, wanted)

    async def _make_way(self, turn: FormTurn, wanted: dict[str, Any]) -> NoReturn:
        """Put this form aside, if it holds anything; its submit action starts the other one."""
        kept = {slot: turn[slot] for slot in self.values if turn[slot] is not None}
        topic = self.topic(turn)
        await self.void(turn)
        if kept:
            turn[PARKED] = parked_with(turn[PARKED], self.form_name(), topic, kept)
        turn[NEXT] = {**wanted, "step": "start"}
        raise PutAside

    async def _take(self, turn: FormTurn) -> None:
        """Work one turn into the slots; raises Ended when the form is over."""
        try:
            if turn.asked is None:
                await self._open(turn)
            elif turn.wish:
                await self._offer(turn, turn.wish)
                return
            elif turn.intent == "cancel_form" or turn.says_stop:
                await self.stop(turn, self.said_cancelled)
            elif turn.asked == NEXT:
                await self._read_about_form(turn, turn[NEXT] or {})
            elif idle_time(turn.tracker) >= IDLE_LIFE:
                turn.ask_first({"step": "return", "open": self.topic(turn)})
                return
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

    async def _open(self, turn: FormTurn) -> None:
        """Start anew, with what the turn that led here has read already, or take up what was put aside."""
        wanted = turn[NEXT] or {}
        for slot in (*self.slots, NEXT):
            turn[slot] = None
        if wanted.get("form") != self.form_name():
            await self.begin(turn)
        elif wanted["step"] == "resume":
            found, turn[PARKED] = unparked(turn[PARKED], self.form_name())
            for slot, value in found.items():
                turn[slot] = value
        else:
            turn.intent, turn.text, turn.wish = wanted["intent"], wanted["text"], wanted
            await self.begin(turn)

    async def _read_about_form(self, turn: FormTurn, question: dict[str, Any]) -> None:
        """The answer to "shall I switch?" or "shall we go on?"; anything else belongs to the open value."""
        turn[NEXT] = None
        returning = question.get("step") == "return"
        if turn.says_yes and returning:
            await self.refresh(turn)
        elif turn.says_yes and question:
            await self._make_way(turn, question)
        elif turn.says_no and returning:
            await self.stop(turn, self.said_cancelled)
        elif not turn.says_no:
            await self._read(turn, self._open_question(turn))

    async def _read(self, turn: FormTurn, asked: str) -> None:
        if asked == self.confirmation:
            await self.read_confirmation(turn)
        elif asked == self.code:
            await self.read_code(turn)
        elif turn.intent != "correct_value" or await self.is_value(turn, asked) or not await self.correct(turn):
            await self.read_answer(turn, asked)

    async def _count_failure(self, turn: FormTurn) -> None:
        turn[FAILURES_SLOT] = (turn.tracker.get_slot(FAILURES_SLOT) or 0) + 1
        if turn[FAILURES_SLOT] >= MOST_FAILURES:
            turn.changes[OFFER_SLOT] = HANDOFF
            await self.stop(turn, "utter_form_gave_up")
        elif turn[FAILURES_SLOT] == EXPLAINED_AT:
            turn.say(*self.explanation(turn, self._open_question(turn)))

    async def stop(self, turn: FormTurn, response: str) -> NoReturn:
        """End the form, saying what was not done."""
        await self.void(turn)
        turn.say(response, self.about(turn))
        raise Ended

    def _end(self) -> list[EventType]:
        return [
            *(SlotSet(slot, None) for slot in self.slots),
            SlotSet(FAILURES_SLOT, None),
            SlotSet(NEXT, None),
            SlotSet("requested_slot", None),
        ]

    def _fail(self, dispatcher: CollectingDispatcher, error: Exception) -> list[EventType]:
        """Nothing moves without the submit action, so a form that breaks can safely stop."""
        log.error("form_failed", action=self.name(), error=type(error).__name__, where=place(error))
        dispatcher.utter_message(response="utter_form_broke")
        return self._end()


def form_started_by(intent: str) -> TellerForm | None:
    """The form that a rule opens for `intent`, if one does."""
    return next((form for form in every_form() if intent in form.starts), None)


def every_form(kind: type[TellerForm] = TellerForm) -> list[TellerForm]:
    """One instance of every form there is."""
    found = [] if getattr(kind, "__abstractmethods__", None) else [kind()]
    return [*found, *(form for below in kind.__subclasses__() for form in every_form(below))]


async def leave_form(turn: Turn) -> list[EventType]:
    """End the form that is open without a word: what it had prepared is withdrawn."""
    form = next((one for one in every_form() if one.form_name() == (turn.tracker.active_loop or {}).get("name")), None)
    if form is None:
        return []
    if turn.customer:
        await form.void(FormTurn(turn))
    return [*form._end(), SlotSet(PARKED, None), ActiveLoop(None)]


def _choice_offered(turn: Turn) -> bool:
    """Whether the turn before let another action ask which thing is meant: "which card shall I freeze?"."""
    offered = turn.offered()
    return isinstance(offered, str) and offered != HANDOFF
