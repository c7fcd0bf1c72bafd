"""What a message wants of a standing order or an automatic top-up that is there: another amount or day, a pause, its
end. What raises or moves money needs summary and code, so the form does it; pausing and ending need a plain yes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rasa_sdk.events import EventType

from actions.bank.model.regular import StandingOrder
from actions.bank.model.top_ups import AutoTopUp
from actions.operation_regular import meant, order_values, rule_values
from actions.operation_values import Values
from actions.operations import start_operation
from actions.parsing.text import normalise
from actions.proposals import propose
from actions.turn import Button, Turn

Wish = Literal["resume", "pause", "end", "change"]
_WISHES: dict[Wish, re.Pattern[str]] = {
    "resume": re.compile(
        r"\b(?:resume|restart|re-?activate|un-?pause|start (?:it |them )?again|switch (?:it )?back on)\b", re.I
    ),
    "pause": re.compile(r"\b(?:pause|suspend|put .{0,30}on hold|hold off|skip)\b", re.I),
    "end": re.compile(r"\b(?:cancel|stop|end|delete|remove|off|disable)\b", re.I),
    "change": re.compile(
        r"\b(?:change|edit|update|adjust|modify|amend|increase|raise|lower|reduce|decrease|move)\b", re.I
    ),
}


@dataclass(frozen=True, slots=True)
class _Sort:
    """How one sort of regular payment is spoken of: its operation, its questions with their steps, and what is said
    where several can be meant, where none is paused, and where none runs."""

    topic: str
    kind: str
    sentence: str
    asked: dict[Wish, tuple[str, str]]
    which: str
    runs: str
    rests: str


_ORDERS = _Sort(
    "scheduled_payments",
    "change_standing_order",
    "{wish} the standing order of {amount} to {name}",
    {
        "pause": ("utter_standing_order_pause", "pause_standing_order"),
        "end": ("utter_standing_order_end", "end_standing_order"),
    },
    which="utter_standing_order_which",
    runs="utter_standing_order_runs",
    rests="utter_standing_order_paused_already",
)
_RULES = _Sort(
    "automatic_top_up",
    "change_auto_top_up",
    "{wish} the automatic top-up of {amount} for {name}",
    {
        "pause": ("utter_automatic_top_up_pause", "pause_top_up"),
        "end": ("utter_automatic_top_up_stop", "stop_top_up"),
    },
    which="utter_automatic_top_up_which",
    runs="utter_automatic_top_up_runs",
    rests="utter_automatic_top_up_paused_already",
)


def wish_of(text: str) -> Wish | None:
    """What the words want of something that is set up; None where they want nothing of it."""
    plain = normalise(text)
    return next((wish for wish, pattern in _WISHES.items() if pattern.search(plain)), None)


def change_order(turn: Turn, wish: Wish, orders: Sequence[StandingOrder]) -> list[EventType]:
    """Propose or start what is wished of one of the customer's standing orders."""
    return _change(turn, wish, _ORDERS, order_values([one for one in orders if _can(wish, one.status)]))


def change_rule(turn: Turn, wish: Wish, rules: Sequence[AutoTopUp]) -> list[EventType]:
    """Propose or start what is wished of one of the customer's automatic top-ups."""
    return _change(turn, wish, _RULES, rule_values([one for one in rules if _can(wish, one.status)]))


def _can(wish: Wish, status: str) -> bool:
    return status == {"resume": "paused", "pause": "active"}.get(wish, status)


def _change(turn: Turn, wish: Wish, sort: _Sort, values: Values) -> list[EventType]:
    """`values` offer what the wish can be about; where several can be meant, which is asked."""
    if not values["regular"]:
        turn.say(sort.runs if wish == "resume" else sort.rests)
        return []
    named: Sequence[Any] = meant(turn.text, values["regular"]) or values["regular"]
    if wish in ("change", "resume"):
        known = {**values, "order": named[0] if len(named) == 1 else None}
        return start_operation(turn, sort.topic, sort.kind, {**known, "change": {}} if wish == "resume" else known)
    if len(named) > 1:
        buttons = [Button(f"{one['name']}, {one['amount']}", sort.sentence.format(wish=wish, **one)) for one in named]
        turn.say(sort.which, buttons=buttons, people=[one["name"] for one in named])
        return []
    response, step = sort.asked[wish]
    [one] = named
    told = {name: one[name] for name in ("name", "amount", "schedule")}
    return propose(turn, response, step, told, regular=one["id"])
