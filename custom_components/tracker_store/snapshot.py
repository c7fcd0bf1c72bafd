"""Which events of a long session a load still needs: those that made the state, and the last turns.

Rasa replays a session against every rewind in it, so a session whose turns fall back becomes slower with each
of them. A snapshot names what is left of it when everything reverted is taken out. Pure: positions in, positions out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

# More than any policy looks back (config.yml: max_history 6); never zero, or rules for a start would fire again.
KEPT_TURNS = 8


@dataclass(frozen=True)
class Snapshot:
    """Positions in a list of events: `opening` made the state before the first of `turns`."""

    opening: list[int]
    turns: list[int]


def take(events: Sequence[Event], applied: Sequence[Event], kept_turns: int = KEPT_TURNS) -> Snapshot:
    """The snapshot of a session that ends in a whole turn; `applied` is what Rasa's `applied_events` makes of `events`.

    Rasa takes the turns in which a form went well out of what the policies see. The last turns are kept whole, for the
    actions; of what is older as much is kept as the policies need to see that many turns.
    """
    places = {id(event): place for place, event in enumerate(events)}
    seen, live = [places[id(event)] for event in applied], effective(events)
    whole_from = _last_turns(events, live, kept_turns)
    start = min(_last_turns(events, seen, kept_turns), whole_from)
    older = [place for place in seen if start <= place < whole_from and not isinstance(events[place], BotUttered)]
    opening = _state(events, [place for place in live if place < start])
    return Snapshot(sorted(opening), older + [place for place in live if place >= whole_from])


def _last_turns(events: Sequence[Event], among: Sequence[int], number: int) -> int:
    """Where the last `number` turns begin, of those whose messages are `among` the positions."""
    users = [place for place in among if isinstance(events[place], UserUttered)]
    return users[max(len(users) - number, 0)] if users else len(events)


def effective(events: Sequence[Event]) -> list[int]:
    """The positions of what counts: without what was reverted, and from the last start on.

    Unlike Rasa's `applied_events` it keeps every turn of a form.
    """
    live: list[int] = []
    for position, event in enumerate(events):
        if isinstance(event, (Restarted, SessionStarted)):
            live.clear()
        elif isinstance(event, UserUtteranceReverted):
            # A message goes with the `action_listen` before it.
            _undo(events, live, UserUttered)
            _undo(events, live, ActionExecuted)
        elif isinstance(event, ActionReverted):
            _undo(events, live, ActionExecuted)
        else:
            live.append(position)
    return live


def _undo(events: Sequence[Event], live: list[int], kind: type[Event]) -> None:
    while live and not isinstance(events[live.pop()], kind):
        pass


def _state(events: Sequence[Event], live: Sequence[int]) -> set[int]:
    """The events among `live` that left the slots, the form and the pause as they are."""
    slots: dict[str, int] = {}
    runs: dict[str | None, int] = {}
    loop: list[int] = []
    pause: list[int] = []
    for position in live:
        event = events[position]
        if isinstance(event, SlotSet):
            slots[event.key] = position
        elif isinstance(event, AllSlotsReset):
            slots.clear()
        elif isinstance(event, ActionExecuted):
            runs[event.action_name] = position
        elif isinstance(event, ActiveLoop):
            loop = [position] if event.name else []
        elif isinstance(event, LoopInterrupted) and loop:
            loop = [loop[0], position] if event.is_interrupted else [loop[0]]
        elif isinstance(event, (ConversationPaused, ConversationResumed)):
            pause = [position]
    active = events[loop[0]] if loop else None
    # The form's own run goes with it, or its next one would count as the first.
    run = [runs[active.name]] if isinstance(active, ActiveLoop) and active.name in runs else []
    return {*slots.values(), *loop, *run, *pause}
