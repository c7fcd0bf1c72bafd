"""What was spent in a period, beside the period before."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.events import EventType

from actions.accounts import line
from actions.caller import TellerAction
from actions.parsing.dates import Period, find_period
from actions.parsing.text import tokens
from actions.transaction_filters import merchant_in, worded_period
from actions.turn import Turn


class ActionShowSpending(TellerAction):
    """Total, number, comparison with the same span before, and the three largest; this month if no period is named."""

    def name(self) -> str:
        return "action_show_spending"

    async def answer(self, turn: Turn) -> list[EventType]:
        today = datetime.now(turn.zone).date()
        period = find_period(turn.text, today) or Period(today.replace(day=1), today)
        first, last = period.first or today.replace(day=1), period.last or today
        on = merchant_in(turn.text) or await self._category(turn)
        told = {"period": worded_period(Period(first, last)), "on": on or "everything"}
        held = [account.currency for account in await turn.bank.accounts.list(turn.customer_id)]
        for currency in dict.fromkeys(held):
            spent = await turn.bank.accounts.spending(turn.customer_id, first, last, currency, on)
            if not spent.count and (spent.before.amount_minor == 0 and currency != held[0]):
                continue
            figures = {**told, "total": spent.total, "count": spent.count, "before": spent.before}
            turn.say("utter_spending" if spent.count else "utter_spending_none", figures)
            if spent.largest:
                lines = "\n".join(line(item, turn) for item in spent.largest)
                turn.say("utter_spending_largest", lines=lines)
        return []

    async def _category(self, turn: Turn) -> str | None:
        """A category of the customer's own payments that the message names."""
        said = " ".join(tokens(turn.text))
        page = await turn.bank.accounts.transactions(turn.customer_id, direction="out", limit=200)
        known = {item.category for item in page.items if item.category}
        return next((category for category in sorted(known) if category in said), None)
