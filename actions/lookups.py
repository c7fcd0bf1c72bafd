"""One lookup for every question of the form "what about my latest X with status Y".

The table says which transactions an intent is about. A message that names one (a merchant, an amount, a day) is
answered about that one. Each item found is uttered with `utter_<intent>_found`, none with `utter_<intent>_none`,
followed by what the bank knows of it: why, until when, what to do.
"""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.events import EventType, SlotSet

from actions.bank.model.transactions import Transaction
from actions.caller import TellerAction
from actions.lookup_facts import facts, named
from actions.lookup_table import TABLE, Lookup
from actions.turn import Turn

__all__ = ["TABLE", "ActionLookUpTransactions", "facts"]

LAST = "lookup_last"
_SEARCHED = 60


class ActionLookUpTransactions(TellerAction):
    """The transactions an intent of the table is about, or the latest of their kind where there are none."""

    def name(self) -> str:
        return "action_look_up_transactions"

    async def answer(self, turn: Turn) -> list[EventType]:
        lookup = TABLE[turn.intent]
        items = await find(turn, lookup)
        wanted = named(turn, items)
        if wanted and items:
            fitting = wanted.fitting(items, datetime.now(turn.zone))
            if not fitting:
                turn.say("utter_lookup_not_named", named=str(wanted))
            items = fitting or items
        if items:
            return await self._tell(turn, turn.intent, lookup, items)
        turn.say(f"utter_{turn.intent}_none")
        for intent in lookup.else_:
            instead = await find(turn, TABLE[intent])
            if instead:
                return await self._tell(turn, intent, TABLE[intent], instead[:1])
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind=lookup.kinds, direction=lookup.direction, limit=1
        )
        if page.items:
            turn.say("utter_lookup_latest", facts(page.items[0]))
        return await lookup.nothing(turn) if lookup.nothing else []

    async def _tell(self, turn: Turn, intent: str, lookup: Lookup, items: list[Transaction]) -> list[EventType]:
        events: list[EventType] = []
        shown = items[: lookup.shown]
        for item in shown:
            turn.say(f"utter_{intent}_found", facts(item))
            events = await lookup.step(turn, item) or events
        if len(items) > len(shown):
            turn.say("utter_lookup_more", count=len(items))
        ended = await lookup.end(turn, shown) or events if lookup.end else events
        return [*ended, SlotSet(LAST, {"transaction": shown[0].id} if len(shown) == 1 else None)]


async def find(turn: Turn, lookup: Lookup) -> list[Transaction]:
    """What the lookup is about, newest first."""
    page = await turn.bank.accounts.transactions(
        turn.customer_id,
        kind=lookup.kinds,
        status=lookup.statuses or None,
        direction=lookup.direction,
        sides=lookup.sides,
        limit=_SEARCHED,
    )
    return lookup.only(page.items) if lookup.only else list(page.items)
