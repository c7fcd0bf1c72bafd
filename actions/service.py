"""The assistant's own turns: greeting, help, thanks, yes and no without a question, repeating, not understanding."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.caller import TellerAction, by_name
from actions.form_switching import dropped
from actions.forms import HANDOFF, leave_form
from actions.parsing.temper import is_abuse
from actions.proposals import take_up, take_value
from actions.titles import title
from actions.transfer_form import LAST
from actions.turn import Button, Turn, previous_turn

_SUBMIT = "action_submit_transfer_money_form"
_CHOICES = 2
# What is likely wanted of an urgent item.
_URGENT_STEPS = {
    "frozen_card": "unfreeze_card",
    "declined_payment": "declined_card_payment",
    "card_late": "card_arrival",
}
_ELSE = Button("Something else", "/out_of_scope")
_NO_CHOICE = ("goodbye", "repeat")  # they have a title, for they are next steps, but nobody means them unsaid


class ActionGreet(TellerAction):
    """By first name, with at most one urgent item; the welcome is not repeated in one conversation."""

    login = False

    def name(self) -> str:
        return "action_greet"

    async def answer(self, turn: Turn) -> list[EventType]:
        if any(event["event"] == "action" and event["name"] == self.name() for event in turn.tracker.events):
            turn.say("utter_greet_again")
            return []
        if turn.profile is None:
            turn.say("utter_greet_guest")
            return []
        urgent = await turn.bank.customers.urgent(turn.customer_id)
        if urgent:
            turn.say(f"utter_greet_urgent_{urgent.kind}", urgent.facts, first_name=turn.profile.first_name)
            if urgent.kind in _URGENT_STEPS:
                turn.suggest(_URGENT_STEPS[urgent.kind])
        turn.say("utter_greet_next" if urgent else "utter_greet_customer", first_name=turn.profile.first_name)
        return []


class ActionSayGoodbye(TellerAction):
    """The farewell; an open form ends, and what was not carried out is said."""

    login = False

    def name(self) -> str:
        return "action_say_goodbye"

    async def answer(self, turn: Turn) -> list[EventType]:
        if not open_form(turn):
            turn.say("utter_goodbye")
            return []
        turn.say("utter_goodbye_unfinished")
        return await leave_form(turn)


class ActionThank(TellerAction):
    """An acknowledgement with the natural follow-up of what was done last."""

    login = False

    def name(self) -> str:
        return "action_thank"

    async def answer(self, turn: Turn) -> list[EventType]:
        last = {event["name"] for event in previous_turn(turn.tracker) if event["event"] == "action"}
        if open_form(turn):
            turn.say("utter_thank_in_form")
        else:
            turn.say("utter_thank_after_transfer" if _SUBMIT in last else "utter_thank")
        return []


class ActionShowCapabilities(TellerAction):
    """What can be done here, fitted to whether a customer is logged in."""

    login = False

    def name(self) -> str:
        return "action_show_capabilities"

    async def answer(self, turn: Turn) -> list[EventType]:
        turn.say("utter_capabilities" if turn.customer else "utter_capabilities_guest")
        return []


class ActionAffirm(TellerAction):
    """A yes outside a form: take up what the last turn offered, or say that nothing waits for a yes."""

    login = False

    def name(self) -> str:
        return "action_affirm"

    async def answer(self, turn: Turn) -> list[EventType]:
        offered = turn.offered()
        if isinstance(offered, dict):
            return await take_up(turn, offered)
        action = by_name(offered) if offered == HANDOFF else None
        if action:
            return await action.answer(turn)
        turn.say("utter_affirm_nothing_pending")
        return []


class ActionDeny(TellerAction):
    """A no outside a form."""

    login = False

    def name(self) -> str:
        return "action_deny"

    async def answer(self, turn: Turn) -> list[EventType]:
        turn.say("utter_deny_offer" if turn.offered() else "utter_deny_nothing_pending")
        return dropped(turn)


class ActionTakeValue(TellerAction):
    """A value outside a form: the answer to what the last turn asked, or a question what it is for."""

    login = False

    def name(self) -> str:
        return "action_take_value"

    async def answer(self, turn: Turn) -> list[EventType]:
        offered = turn.offered()
        if isinstance(offered, dict):
            return await take_value(turn, offered)
        action = by_name(offered) if offered and offered != HANDOFF else None
        if action:
            return await action.answer(turn)
        informs = turn.intent == "inform"
        turn.say("utter_inform_no_form" if informs else "utter_correct_no_form", buttons=choices(turn))
        return []


class ActionCancel(TellerAction):
    """Cancelling where no form runs: nothing is running, or it is done already."""

    login = False

    def name(self) -> str:
        return "action_cancel"

    async def answer(self, turn: Turn) -> list[EventType]:
        last = {event["name"] for event in previous_turn(turn.tracker) if event["event"] == "action"}
        done = _SUBMIT in last and turn.tracker.get_slot(LAST)
        turn.say("utter_cancel_already_done" if done else "utter_cancel_nothing_running")
        return [turn.offer(HANDOFF)] if done else []


class ActionRepeat(TellerAction):
    """The last answer again, with fresh figures; in a form, its question follows by itself."""

    login = False

    def name(self) -> str:
        return "action_repeat"

    async def answer(self, turn: Turn) -> list[EventType]:
        if open_form(turn):
            return []
        ran = [event["name"] for event in turn.tracker.events if event["event"] == "action"]
        last = next((name for name in reversed(ran) if name not in (self.name(), "action_listen")), None)
        action = by_name(last) if last else None
        if action is None:
            turn.say("utter_repeat_nothing")
            return []
        if action.login and turn.customer is None:
            turn.say("utter_login_needed")
            return []
        return await action.again(turn)


class ActionOfferChoices(TellerAction):
    """Not understood: the two likeliest wishes as buttons; a second time in a row, a person.

    A plain yes, no or stop is understood by its words, whatever the classifier made of it, and scolding is answered
    with an apology. The turns alternate, so that a customer who goes on is not told the same thing again and again.
    """

    login = False

    def name(self) -> str:
        return "action_offer_choices"

    async def answer(self, turn: Turn) -> list[EventType]:
        if turn.says_yes:
            return await ActionAffirm().answer(turn)
        if turn.says_no:
            return await ActionDeny().answer(turn)
        if turn.says_stop:
            return await ActionCancel().answer(turn)
        if is_abuse(turn.text):
            turn.say("utter_scolded")
            return [turn.offer(HANDOFF)]
        outside = turn.intent == "out_of_scope"
        if self._misses_before(turn) % 2:
            if turn.text.strip() == _ELSE.payload:
                turn.say("utter_fallback_rephrase")
            else:
                turn.say("utter_out_of_scope_person" if outside else "utter_fallback_person")
            return [turn.offer(HANDOFF)]
        turn.say("utter_out_of_scope" if outside else "utter_fallback_choices", buttons=[*choices(turn), _ELSE])
        return []

    def _misses_before(self, turn: Turn) -> int:
        """How many turns in a row before this one were not understood."""
        misses, missed = 0, True
        for event in reversed(turn.tracker.events):
            if event["event"] == "action" and event["name"] == self.name():
                missed = True
            elif event["event"] == "user":
                if not missed:
                    break
                misses, missed = misses + 1, False
        return misses - 1


def choices(turn: Turn) -> list[Button]:
    """The likeliest wishes of the message, as buttons."""
    ranking = turn.tracker.latest_message.get("intent_ranking") or []
    likely = [(title(entry["name"]), entry["name"]) for entry in ranking if entry["name"] not in _NO_CHOICE]
    return [Button(shown, f"/{intent}") for shown, intent in likely if shown][:_CHOICES]


def open_form(turn: Turn) -> str | None:
    """The name of the form that is open, if one is."""
    return (turn.tracker.active_loop or {}).get("name")
