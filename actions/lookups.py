"""One lookup for every question of the form "what about my latest X with status Y".

The table says which transactions an intent is about; each item found is uttered with `utter_<intent>_found`,
none with `utter_<intent>_none`, followed by what the bank knows of it: why, until when, what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from rasa_sdk.events import EventType

from actions.bank.model import Direction, Transaction
from actions.caller import TellerAction, Turn

_SEARCHED = 60
_DUPLICATE_HOURS = 72


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which transactions: their kinds, statuses and direction, a further test, and at most how many are told."""

    kinds: tuple[str, ...]
    statuses: tuple[str, ...] = ()
    direction: Direction | None = None
    shown: int = 3
    only: Callable[[Sequence[Transaction]], list[Transaction]] | None = None


def with_fee(items: Sequence[Transaction]) -> list[Transaction]:
    """Those that cost a fee."""
    return [item for item in items if item.fee.amount_minor > 0]


def foreign(items: Sequence[Transaction]) -> list[Transaction]:
    """Those made in another currency than the account's."""
    return [item for item in items if item.local_amount and item.local_amount.currency != item.amount.currency]


def refused_elsewhere(items: Sequence[Transaction]) -> list[Transaction]:
    """Those a customer calls failed: declined, or sent back after they left."""
    return [item for item in items if item.status in ("declined", "reverted")]


def twice(items: Sequence[Transaction]) -> list[Transaction]:
    """The newest pair with the same merchant and amount within three days, or nothing."""
    for one, other in combinations(items, 2):
        hours = abs((one.created_at - other.created_at).total_seconds()) / 3600
        if one.counterparty == other.counterparty and one.amount == other.amount and hours <= _DUPLICATE_HOURS:
            return [one, other]
    return []


TABLE: dict[str, Lookup] = {
    "pending_transfer": Lookup(("transfer",), ("pending",), "out", shown=5),
    "declined_transfer": Lookup(("transfer",), ("declined",), "out", shown=1),
    "failed_transfer": Lookup(("transfer",), ("declined", "reverted"), "out", shown=1, only=refused_elsewhere),
    "transfer_not_received_by_recipient": Lookup(("transfer",), ("completed", "pending"), "out", shown=1),
    "transfer_fee_charged": Lookup(("transfer",), direction="out", shown=1, only=with_fee),
    "pending_top_up": Lookup(("top_up",), ("pending",)),
    "top_up_failed": Lookup(("top_up",), ("declined",), shown=1),
    "top_up_reverted": Lookup(("top_up",), ("reverted",), shown=1),
    "balance_not_updated_after_bank_transfer": Lookup(("transfer",), ("pending", "completed"), "in", shown=1),
    "balance_not_updated_after_cheque_or_cash_deposit": Lookup(("cash_deposit", "cheque"), shown=1),
    "pending_card_payment": Lookup(("card_payment", "hold"), ("pending",)),
    "declined_card_payment": Lookup(("card_payment",), ("declined",), shown=1),
    "reverted_card_payment": Lookup(("card_payment",), ("reverted",), shown=1),
    "card_payment_fee_charged": Lookup(("card_payment",), shown=1, only=with_fee),
    "card_payment_wrong_exchange_rate": Lookup(("card_payment",), ("pending", "completed"), shown=1, only=foreign),
    "card_payment_not_recognised": Lookup(("card_payment",), ("pending", "completed")),
    "transaction_charged_twice": Lookup(("card_payment",), ("pending", "completed"), shown=2, only=twice),
    "extra_charge_on_statement": Lookup(("fee", "hold")),
    "refund_not_showing_up": Lookup(("refund",), shown=1),
    "direct_debit_payment_not_recognised": Lookup(("direct_debit",)),
    "pending_cash_withdrawal": Lookup(("atm",), ("pending",)),
    "declined_cash_withdrawal": Lookup(("atm",), ("declined",), shown=1),
    "cash_withdrawal_charge": Lookup(("atm",), shown=1, only=with_fee),
    "cash_withdrawal_not_recognised": Lookup(("atm",), ("pending", "completed")),
    "wrong_amount_of_cash_received": Lookup(("atm",), ("pending", "completed"), shown=1),
    "wrong_exchange_rate_for_cash_withdrawal": Lookup(("atm",), ("pending", "completed"), shown=1, only=foreign),
}


class ActionLookUpTransactions(TellerAction):
    """The transactions an intent of the table is about, or the latest of their kind where there are none."""

    def name(self) -> str:
        return "action_look_up_transactions"

    async def answer(self, turn: Turn) -> list[EventType]:
        lookup = TABLE[turn.intent]
        found = await self._find(turn, lookup, lookup.statuses)
        chosen = lookup.only(found) if lookup.only else found
        for item in chosen[: lookup.shown]:
            turn.say(f"utter_{turn.intent}_found", facts(item))
            await say_more(turn, item)
        if len(chosen) > lookup.shown:
            turn.say("utter_lookup_more", count=len(chosen))
        if not chosen:
            turn.say(f"utter_{turn.intent}_none")
            latest = found if lookup.only else await self._find(turn, lookup, ())
            if latest:
                turn.say("utter_lookup_latest", facts(latest[0]))
        return []

    async def _find(self, turn: Turn, lookup: Lookup, statuses: tuple[str, ...]) -> tuple[Transaction, ...]:
        page = await turn.bank.accounts.transactions(
            turn.customer_id,
            kind=lookup.kinds,
            status=statuses or None,
            direction=lookup.direction,
            limit=_SEARCHED,
        )
        return page.items


def facts(item: Transaction) -> dict[str, object]:
    """A transaction's values for a response."""
    return {
        "counterparty": item.counterparty,
        "amount": item.amount,
        "status": item.status,
        "created": item.created_at,
        "completed": item.completed_at or item.created_at,
        "reverted": item.reverted_at or item.created_at,
        "fee": item.fee,
        "local_amount": item.local_amount or item.amount,
        "rate": item.fx_rate,
        "trading_name": item.trading_name or item.counterparty,
        "location": item.location or item.counterparty,
        "place": ", ".join(filter(None, [item.trading_name or item.counterparty, item.location])),
        "card": item.card_last4,
        "reference": item.reference,
    }


async def say_more(turn: Turn, item: Transaction) -> None:
    """What else the bank knows of an item: its reason with the fix, and the date by which it ends."""
    if item.reason_code:
        reason = await turn.bank.accounts.explain(item.reason_code)
        turn.say("utter_lookup_reason", explanation=reason.explanation, fix=reason.fix)
    if item.status == "pending":
        now = datetime.now(turn.zone)
        if item.hold_expires_at:
            turn.say("utter_lookup_hold", until=item.hold_expires_at)
        elif item.expected_by:
            overdue = item.expected_by < now
            turn.say("utter_lookup_overdue" if overdue else "utter_lookup_expected", expected=item.expected_by)
    if item.converted_by:
        turn.say(f"utter_lookup_converted_by_{item.converted_by}")
    if item.operator_surcharge:
        turn.say("utter_lookup_surcharge", surcharge=item.operator_surcharge)
