"""What leaves the accounts by itself."""

from __future__ import annotations

import re
from datetime import datetime

from rasa_sdk.events import EventType

from actions import linked_accounts
from actions.caller import TellerAction
from actions.operations import start_operation
from actions.parsing.amounts import find_currency
from actions.parsing.text import normalise, tokens
from actions.proposals import propose
from actions.regular_changes import change_order, change_rule, wish_of
from actions.transaction_filters import merchant_in
from actions.turn import LoginNeeded, Turn
from actions.wording import word

_TOP_UP = re.compile(r"\btop(?:ping)?[- ]?ups?\b", re.I)
_SET_UP = re.compile(
    r"\b(?:set|create|new|start|add|make|schedule|arrange|pay|send|transfer|standing order for|every)\b", re.I
)


class ActionShowScheduledPayments(TellerAction):
    """The upcoming payments with dates and amounts; what is wished of one of them is proposed, or its form started."""

    def name(self) -> str:
        return "action_show_scheduled_payments"

    async def answer(self, turn: Turn) -> list[EventType]:
        if linked_accounts.about_elsewhere(turn) and not _SET_UP.search(normalise(turn.text)):
            return await linked_accounts.say_regular(turn)
        found = await turn.bank.regular.upcoming(turn.customer_id)
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind="transfer", direction="out", status="pending", limit=5
        )
        now = datetime.now(turn.zone)
        for item in found:
            when = word(item.next_run) if item.next_run else item.schedule
            turn.say(
                f"utter_scheduled_{item.kind}" if when else f"utter_scheduled_{item.kind}_undated",
                counterparty=item.counterparty, amount=item.amount, when=when,
                people=[item.counterparty] if item.kind == "standing_order" else [],
            )  # fmt: skip
        for transfer in page.items:
            if transfer.expected_by and transfer.expected_by > now:
                turn.say("utter_scheduled_transfer", counterparty=transfer.counterparty, amount=transfer.amount,
                         when=transfer.expected_by, people=transfer.people)  # fmt: skip
        orders = await turn.bank.regular.orders(turn.customer_id)
        for order in orders:
            if order.status == "paused":
                turn.say("utter_scheduled_paused", counterparty=order.payee, amount=order.amount, people=[order.payee])
        if not found and not page.items and not orders:
            turn.say("utter_scheduled_none")
        wish = wish_of(turn.text)
        if wish == "end":
            said = " ".join([*tokens(turn.text), merchant_in(turn.text) or ""]).casefold()
            debits = [item for item in found if item.kind == "direct_debit"]
            for item in debits:
                if set(tokens(item.counterparty)) & set(tokens(said)):
                    told = {"collector": item.counterparty, "amount": item.amount}
                    return propose(turn, "utter_scheduled_cancel_mandate", "cancel_mandate", told, mandate=item.id)
        rules = await turn.bank.top_ups.rules(turn.customer_id) if wish and _TOP_UP.search(turn.text) else []
        if wish and rules:
            return change_rule(turn, wish, rules)
        if wish and orders:
            return change_order(turn, wish, orders)
        if turn.profile is None:
            raise LoginNeeded
        if not _SET_UP.search(normalise(turn.text)) and (found or page.items or orders):
            turn.say("utter_scheduled_payments")
            return []
        currency = find_currency(turn.text) or turn.profile.base_currency
        return start_operation(turn, "scheduled_payments", "create_standing_order", {"currency": currency})
