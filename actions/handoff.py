"""Passing the talk to a person."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.caller import TellerAction
from actions.turn import Turn, intent_of, past_messages

_TOPICS = 5
_NO_TOPICS = frozenset({"affirm", "deny", "inform", "human_handoff", "repeat", "thank", "greet", ""})


class ActionHumanHandoff(TellerAction):
    """Queue the conversation with its topics; out of hours say when someone is there, and the emergency line."""

    login = False

    def name(self) -> str:
        return "action_human_handoff"

    async def answer(self, turn: Turn) -> list[EventType]:
        waiting = await turn.bank.handoff.active(turn.session_id)
        if waiting and waiting.status == "joined":
            turn.say("utter_handoff_joined", agent=waiting.agent)
            return []
        ticket = waiting or await turn.bank.handoff.open(
            turn.customer, turn.session_id, "customer_request", talk_summary(turn)
        )
        told = {"number": ticket.number, "position": ticket.position, "minutes": ticket.expected_wait_minutes}
        if ticket.open_now:
            turn.say("utter_handoff_waiting" if waiting else "utter_handoff_queued", told)
            return []
        turn.say("utter_handoff_closed", told, opening=ticket.next_opening)
        turn.say("utter_handoff_emergency", await turn.bank.policies.facts("human_handoff", turn.customer))
        return []


def talk_summary(turn: Turn) -> str:
    """The talk's topics, newest first: names of intents, never what the customer wrote."""
    topics = dict.fromkeys(intent_of(message) for message in past_messages(turn.tracker))
    return ", ".join([topic for topic in topics if topic not in _NO_TOPICS][:_TOPICS])
