"""Which transactions each question of the form "what about my latest X with status Y" is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rasa_sdk.events import EventType

from actions import lookup_ends as ends
from actions import lookup_steps as steps
from actions.bank.model.transactions import Direction, Transaction
from actions.turn import Turn

_DUPLICATE_HOURS = 72

Step = Callable[[Turn, Transaction], Awaitable[list[EventType]]]
End = Callable[[Turn, Sequence[Transaction]], Awaitable[list[EventType]]]
Nothing = Callable[[Turn], Awaitable[list[EventType]]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Which transactions: their kinds, statuses, direction and whose side refused them, and a further test.

    At most `shown` are told. `step` says more about each, `end` closes the answer, `nothing` is said where there is
    none. `else_` are questions that customers mean by this one: where there is nothing, the first of them that has
    something answers.
    """

    kinds: tuple[str, ...]
    statuses: tuple[str, ...] = ()
    direction: Direction | None = None
    shown: int = 3
    only: Callable[[Sequence[Transaction]], list[Transaction]] | None = None
    sides: tuple[str, ...] = ()
    step: Step = steps.reason
    end: End | None = None
    nothing: Nothing | None = None
    else_: tuple[str, ...] = ()


def with_fee(items: Sequence[Transaction]) -> list[Transaction]:
    """Those that cost a fee, ours or the machine's."""
    return [item for item in items if item.fee.amount_minor > 0 or item.operator_surcharge]


def foreign(items: Sequence[Transaction]) -> list[Transaction]:
    """Those made in another currency than the account's."""
    return [item for item in items if item.local_amount and item.local_amount.currency != item.amount.currency]


def charges(items: Sequence[Transaction]) -> list[Transaction]:
    """Card checks, plan charges and payments that cost a fee."""
    return [item for item in items if item.kind in ("fee", "hold") or item.fee.amount_minor > 0]


def twice(items: Sequence[Transaction]) -> list[Transaction]:
    """The newest pair with the same merchant and amount within three days, or nothing."""
    for one, other in combinations(items, 2):
        hours = abs((one.created_at - other.created_at).total_seconds()) / 3600
        if one.counterparty == other.counterparty and one.amount == other.amount and hours <= _DUPLICATE_HOURS:
            return [one, other]
    return []


_HAPPENED = ("pending", "completed")
_REFUSED = ("declined", "reverted")

TABLE: dict[str, Lookup] = {
    # transfers
    "pending_transfer": Lookup(("transfer",), ("pending",), "out", shown=5),
    "declined_transfer": Lookup(("transfer",), ("declined",), "out", shown=1, else_=("failed_transfer",)),
    "failed_transfer": Lookup(
        ("transfer",), _REFUSED, "out", shown=1, sides=("other_bank", "fault"), step=steps.side,
        else_=("declined_transfer",),
    ),
    "transfer_not_received_by_recipient": Lookup(("transfer",), direction="out", shown=1, step=steps.arrival),
    "transfer_fee_charged": Lookup(
        ("transfer",), direction="out", shown=1, only=with_fee, step=steps.fee_rule, nothing=ends.transfer_costs
    ),
    # top-ups and money coming in
    "pending_top_up": Lookup(("top_up",), ("pending",), else_=("top_up_failed", "top_up_reverted")),
    "top_up_failed": Lookup(("top_up",), ("declined",), shown=1, else_=("top_up_reverted", "pending_top_up")),
    "top_up_reverted": Lookup(("top_up",), ("reverted",), shown=1, step=steps.refunded_to, nothing=ends.balances),
    "balance_not_updated_after_bank_transfer": Lookup(
        ("transfer",), _HAPPENED, "in", shown=1, end=ends.incoming, nothing=ends.no_incoming
    ),
    "balance_not_updated_after_cheque_or_cash_deposit": Lookup(
        ("cash_deposit", "cheque"), shown=1, nothing=ends.no_deposit
    ),
    # card payments
    "pending_card_payment": Lookup(("card_payment", "hold"), ("pending",)),
    "declined_card_payment": Lookup(
        ("card_payment",), ("declined",), shown=1, step=steps.card_state, nothing=ends.cards
    ),
    "reverted_card_payment": Lookup(("card_payment",), ("reverted",), shown=1, step=steps.reverted_payment),
    "card_payment_fee_charged": Lookup(("card_payment",), shown=1, only=with_fee, step=steps.fee_rule),
    "card_payment_wrong_exchange_rate": Lookup(
        ("card_payment",), _HAPPENED, shown=1, only=foreign, step=steps.rate
    ),
    "card_payment_not_recognised": Lookup(("card_payment",), _HAPPENED, end=ends.unknown_payment),
    "transaction_charged_twice": Lookup(("card_payment",), _HAPPENED, shown=2, only=twice, end=ends.pair),
    "extra_charge_on_statement": Lookup(
        ("fee", "hold", "card_payment", "transfer", "atm", "cash_deposit"), only=charges, step=steps.charge
    ),
    "refund_not_showing_up": Lookup(("refund",), shown=1, step=steps.refund, nothing=ends.no_refund),
    "direct_debit_payment_not_recognised": Lookup(
        ("direct_debit",), end=ends.unknown_debit, nothing=ends.no_debit
    ),
    # cash
    "pending_cash_withdrawal": Lookup(("atm",), ("pending",), step=steps.undispensed),
    "declined_cash_withdrawal": Lookup(
        ("atm",), ("declined",), shown=1, step=steps.cash_limits, nothing=ends.cards_and_cash
    ),
    "cash_withdrawal_charge": Lookup(
        ("atm",), _HAPPENED, shown=1, only=with_fee, step=steps.fee_rule, end=ends.cash_allowance,
        nothing=ends.cash_costs,
    ),
    "cash_withdrawal_not_recognised": Lookup(("atm",), _HAPPENED, end=ends.unknown_withdrawal),
    "wrong_amount_of_cash_received": Lookup(("atm",), _HAPPENED, shown=1, end=ends.cash_short),
    "wrong_exchange_rate_for_cash_withdrawal": Lookup(("atm",), _HAPPENED, shown=1, only=foreign, step=steps.rate),
}  # fmt: skip
