"""From one form to another and back: what is to start next, and what was put aside for it.

`form_next` holds one question about the form itself, or what to start: a `step` with the `form` and the message it is
about. Steps: `switch` (asked: put this form aside for that one?), `return` (asked: go on after a long silence?),
`start` and `resume` (the form that runs next does so), `end` (the form is over once this turn is answered).
`form_parked` holds the forms put aside, the newest last, with their values only: never a confirmation, a prepared
operation or a code. Both are kept in the vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.titles import title
from actions.turn import OFFER_SLOT, Button, Turn, current_turn

NEXT, PARKED = "form_next", "form_parked"
YES_NO = (Button("Yes, please", "/affirm"), Button("No, thanks", "/deny"))


def start_form(turn: Turn, form: str, **wish: Any) -> list[EventType]:
    """Let `form` take over with what this turn has read; inside another form that one asks first."""
    wanted = {"form": form, "intent": turn.intent, "text": turn.text, **wish}
    if (turn.tracker.active_loop or {}).get("name"):
        return [SlotSet(NEXT, {"step": "switch", **wanted})]
    return [SlotSet(NEXT, {"step": "start", **wanted}), FollowupAction(form)]


def resume(tracker: Tracker) -> list[EventType]:
    """Take up what was put aside last; nothing where nothing was."""
    parked = tracker.get_slot(PARKED)
    if not parked:
        return []
    form = parked[-1]["form"]
    return [SlotSet(NEXT, {"step": "resume", "form": form}), FollowupAction(form)]


def dropped(turn: Turn) -> list[EventType]:
    """A no to the offer to come back forgets the form that was put aside last."""
    offered, parked = turn.offered(), turn.tracker.get_slot(PARKED)
    if not parked or not isinstance(offered, dict) or offered.get("step") != "resume_form":
        return []
    return [SlotSet(PARKED, parked[:-1] or None)]


def after_form(turn: Turn) -> list[EventType]:
    """What follows the end of a form: the one it made way for, or the offer to come back to one put aside."""
    wanted, parked = turn.tracker.get_slot(NEXT), turn.tracker.get_slot(PARKED)
    if wanted and wanted["step"] == "start":
        return [FollowupAction(wanted["form"])]
    offers = any(event["event"] == "slot" and event["name"] == OFFER_SLOT for event in current_turn(turn.tracker))
    if not parked or offers:
        return []
    turn.say("utter_form_resume_offer", open=title(parked[-1]["topic"]), buttons=YES_NO)
    offer = {"step": "resume_form", "at": datetime.now(timezone.utc).isoformat()}
    return [SlotSet(OFFER_SLOT, offer), FollowupAction("action_listen")]


def proposed_now(tracker: Tracker) -> dict[str, Any] | None:
    """What this turn has asked to start while a form is open."""
    wanted = tracker.get_slot(NEXT)
    fresh = any(event["event"] == "slot" and event["name"] == NEXT for event in current_turn(tracker))
    return wanted if fresh and wanted and wanted["step"] == "switch" else None


def parked_with(
    parked: list[dict[str, Any]] | None, form: str, topic: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """`parked` with one more form on top."""
    return [*(parked or []), {"form": form, "topic": topic, "slots": dict(values)}]


def unparked(parked: list[dict[str, Any]] | None, form: str) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """The values of the newest parked `form`, and what stays parked."""
    rest = list(parked or [])
    for number in reversed(range(len(rest))):
        if rest[number]["form"] == form:
            found = rest.pop(number)
            return found["slots"], rest or None
    return {}, rest or None


def idle_time(tracker: Tracker) -> timedelta:
    """How long the conversation was silent before the message of this turn."""
    events = list(tracker.events)
    said = next((number for number in reversed(range(len(events))) if events[number]["event"] == "user"), 0)
    before = [event["timestamp"] for event in events[:said] if event.get("timestamp")]
    now = events[said].get("timestamp") if events else None
    return timedelta(seconds=now - before[-1]) if now and before else timedelta(0)
