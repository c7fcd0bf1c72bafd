"""What the bank tells the audit, always on the connection of the thing itself: both stand, or neither does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actions.bank.errors import BankError
from actions.bank.model.money import Money
from actions.bank.model.transfers import Payee
from actions.bank.repository.unit import Connection, Row, row, rows
from common.audit import words
from common.audit.pseudonym import Sort
from common.audit.record import SYSTEM, AuditRecord, Kind, Outcome, Value
from common.audit.writer import append

FEE_INCOME = "fee income"
BY_CUSTOMER = {
    "transfer": "transfer",
    "exchange": "exchange",
    "top_up": "top_up",
    "loan": "loan_repayment",
    "fee": "fee",
}
"""Kinds of postings that the customer asked for, and their word in the audit; all others come by themselves."""
BY_ITSELF = {
    "auto_top_up": "auto_top_up",
    "standing_order": "standing_order",
    "direct_debit": "direct_debit",
    "settlement": "settlement",
    "return": "return",
    "refund": "refund",
    "closing": "withdrawal",
    "opening balances": "opening",
}
_STAGES = {
    "code_wrong": "wrong",
    "code_expired": "expired",
    "code_void": "void",
    "code_locked": "locked",
}


async def tell(
    connection: Connection,
    kind: Kind,
    customer_id: object,
    details: Mapping[str, Value | None],
    *,
    outcome: Outcome = "done",
    by_customer: bool = True,
) -> None:
    """One record about a customer; details that are None are left out."""
    who = connection.pseudonyms.of("customer", str(customer_id)) if customer_id is not None else None
    actor = who if who is not None and by_customer else SYSTEM
    known = {name: value for name, value in details.items() if value is not None}
    await append(connection, AuditRecord(kind, actor, outcome, subject=who, details=known))


async def movement(
    connection: Connection,
    kind: str,
    posting_id: object,
    legs: Sequence[tuple[str, Money]],
    payee_id: object = None,
) -> None:
    """The record of one posting: who was debited (else credited), how much besides the fee, and the fee.

    A fee that is given back is told as a fee too; the operation says which way the money went.
    """
    sql = "SELECT id::text AS id, customer_id, name FROM accounts WHERE id = ANY(%s::uuid[])"
    known = {found["id"]: found for found in await rows(connection, sql, [account_id for account_id, _ in legs])}
    parts = [(known[str(account_id)], money) for account_id, money in legs]
    own = [part for part in parts if part[0]["customer_id"] is not None] or [({**parts[0][0], "id": None}, parts[0][1])]
    account, money = min(own, key=lambda part: part[1].amount_minor)
    fees = [leg for one, leg in parts if one["customer_id"] is None and one["name"] == FEE_INCOME]
    charged = sum(leg.amount_minor for leg in fees if leg.currency == money.currency)
    amount = abs(money.amount_minor + charged)
    await tell(
        connection,
        "money_movement",
        account["customer_id"],
        {
            "operation": BY_CUSTOMER.get(kind) or BY_ITSELF.get(kind, "booking"),
            "amount_minor": amount or abs(charged),
            "currency": money.currency,
            "fee_minor": abs(charged) if charged and amount else None,
            "account": named(connection, "account", account["id"]),
            "payee": named(connection, "payee", payee_id),
            "posting": named(connection, "posting", posting_id),
        },
        by_customer=kind in BY_CUSTOMER,
    )


async def cards(
    connection: Connection, customer_id: str, operation: str, card_ids: Iterable[str], cause: str | None = None
) -> None:
    """A change of cards, one record each; a cause that is no word of the audit's is left out."""
    for card_id in card_ids:
        card = {"card": named(connection, "card", card_id), "cause": cause if cause in words.CARD_CAUSES else None}
        await tell(connection, "card_change", customer_id, {"operation": operation, **card})


async def code(connection: Connection, customer_id: str, key: str, refusal: BankError | None, *, sent: bool) -> None:
    """A code that was sent for a prepared operation, or one that was tried, and what came of it."""
    sql = "SELECT kind, payee_id, card_id FROM payment_intents WHERE customer_id = %s AND key = %s"
    intent: Row = await row(connection, sql, customer_id, key) or {"kind": "", "payee_id": None, "card_id": None}
    stage = "sent" if sent else "verified" if refusal is None else _STAGES.get(refusal.code, "void")
    await tell(
        connection,
        "step_up",
        customer_id,
        {
            "stage": stage,
            "operation": intent["kind"] if intent["kind"] in words.APPROVABLE else None,
            "payee": named(connection, "payee", intent["payee_id"]),
            "card": named(connection, "card", intent["card_id"]),
            "tries_left": refusal.facts.get("tries_left") if refusal else None,
            "reason": refusal.code if refusal else None,
        },
        outcome="done" if refusal is None else "refused",
    )


async def funding_card(connection: Connection, customer_id: str, card_id: str, refusal: BankError | None) -> None:
    """A try to prove that a card at another bank is the customer's own."""
    reason = {"reason": refusal.code} if refusal else {}
    told = {"operation": "funding_card_verified", "target": named(connection, "card", card_id), **reason}
    await tell(connection, "instruction", customer_id, told, outcome="refused" if refusal else "done")


async def payee(connection: Connection, customer_id: str, operation: str, payee: Payee) -> None:
    """A payee that was added or changed."""
    told = {"operation": operation, "payee": named(connection, "payee", payee.id), "country": payee.country}
    await tell(connection, "payee_change", customer_id, told)


async def case(
    connection: Connection, customer_id: str, about: str, number: str, claimed: Money | None, stage: str = "opened"
) -> None:
    """A dispute, claim, search or recall."""
    details: dict[str, Any] = {
        "about": about if about in words.CASES else "other",
        "stage": stage,
        "case": named(connection, "case", number),
    }
    if claimed is not None:
        details |= {"amount_minor": claimed.amount_minor, "currency": claimed.currency}
    await tell(connection, "case", customer_id, details)


async def handoff(connection: Connection, customer_id: str | None, session_id: str, number: str) -> None:
    """A talk that asked for a person; of a guest it tells only the session."""
    ticket, session = named(connection, "ticket", number), named(connection, "session", session_id)
    await tell(connection, "handoff", customer_id, {"stage": "asked", "ticket": ticket, "session": session})


def named(connection: Connection, sort: Sort, identifier: object) -> str | None:
    """A pseudonym; None for None."""
    return None if identifier is None else connection.pseudonyms.of(sort, str(identifier))
