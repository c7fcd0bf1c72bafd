"""What comes before any answer, whatever the message is about: at the first turn who speaks here; a person for whoever
is in danger; a warning for a typed card number or code; the customer's language; linking an account at another bank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from actions import linking
from actions.bank.model.cases import Ticket
from actions.parsing.danger import find_danger
from actions.parsing.languages import wished_language
from actions.parsing.secrets import without_secrets
from actions.parsing.text import normalise, tokens
from actions.turn import LANGUAGE, Turn, current_turn
from common.locales import HOME

# What may itself protect the customer: it runs as well, after a person has been called.
_PROTECTS = frozenset({"report_scam", "freeze_card", "lost_or_stolen_card", "compromised_card", "lost_or_stolen_phone"})
_FEW_WORDS = 2
_USUAL = ("check_balance", "transaction_history", "transfer_money")


@dataclass(frozen=True, slots=True)
class Overture:
    """`then`: go_on with the answer; protect: go on, but an open form ends after it; answered: nothing more to say;
    leave: nothing more to say, and an open form ends."""

    then: Literal["go_on", "protect", "answered", "leave"] = "go_on"
    slots: Mapping[str, Any] = field(default_factory=dict)


async def overture(turn: Turn, *, in_form: bool = False) -> Overture:
    """Say what comes first; `in_form`: a form reads the message, so a code or number in it is its own matter."""
    slots: dict[str, Any] = {}
    if turn.language != (turn.tracker.get_slot(LANGUAGE) or HOME):
        slots[LANGUAGE] = turn.language  # the customer's setting, for what Rasa asks by itself
    wish = wished_language(turn.text, asked=turn.intent == "change_language")
    if wish:
        slots[LANGUAGE] = turn.language = wish
    turn.name_language()
    if _is_first(turn):
        turn.say("utter_first_contact")
    danger = find_danger(turn.text)
    if danger:
        await call_person(turn, danger)
        goes_on = danger == "scam" and turn.intent in _PROTECTS
        return Overture("protect" if goes_on else "leave", slots)
    if wish:
        turn.say("utter_language_changed")
        if wish != HOME:  # the classifier reads English: buttons speak every language
            turn.suggest(*_USUAL)
        return Overture("answered", slots)
    other_bank = linking.wish(turn)
    if other_bank and not (other_bank == "pay" and in_form):
        slots |= await linking.serve(turn, other_bank)
        return Overture("answered" if in_form else "leave", slots)
    if not in_form and not (tokens(normalise(turn.text)) or turn.says_yes or turn.says_no):
        turn.say("utter_no_words")
        return Overture("answered", slots)
    if not in_form and not turn.offered():
        rest, secret = without_secrets(turn.text)
        if secret:
            turn.say(f"utter_secret_{secret}")
            turn.text = rest
            if len(tokens(rest)) <= _FEW_WORDS:
                return Overture("answered", slots)
    return Overture(slots=slots)


async def call_person(turn: Turn, reason: str) -> Ticket:
    """Queue the talk before all ordinary ones and say so."""
    ticket = await turn.bank.handoff.open(turn.customer, turn.session_id, reason, turn.intent)
    told = await turn.bank.policies.facts("human_handoff", turn.customer)
    turn.say(f"utter_danger_{reason}", told, number=ticket.number)
    if not ticket.open_now:
        turn.say("utter_danger_closed", told)
    return ticket


def _is_first(turn: Turn) -> bool:
    """Whether nothing was answered yet: the session's first message, and no action has run after it."""
    if any(event["event"] == "action" for event in current_turn(turn.tracker)):
        return False
    said = 0
    for event in reversed(turn.tracker.events):
        if event["event"] == "session_started":
            return said == 1
        said += event["event"] == "user"
    return False
