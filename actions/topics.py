"""Which of its intents an action is about where the turn itself only gives a value that was asked for."""

from __future__ import annotations

from collections.abc import Container

from actions.turn import Turn, intent_of, past_messages


def topic(turn: Turn, known: Container[str]) -> str:
    """The turn's intent, else the newest earlier one among `known`; raises LookupError where there is none."""
    if turn.intent in known:
        return turn.intent
    for message in past_messages(turn.tracker):
        if intent_of(message) in known:
            return intent_of(message)
    raise LookupError(turn.intent)
