"""What each operation of the bank leaves in the audit, beside the money that the ledger records by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.bank.model.operations import OperationQuote
from actions.bank.repository import audit
from actions.bank.repository.unit import Connection
from common.audit.record import Kind, Value

CARD_CHANGES = {
    "activate_card": "activate",
    "add_card_to_wallet": "wallet_added",
    "change_pin": "pin_change",
    "create_disposable_card": "issue",
    "create_virtual_card": "issue",
    "link_card": "link",
    "order_card": "order",
    "order_spare_card": "order",
    "replace_card": "replace",
    "unblock_pin": "pin_unblock",
    "unfreeze_card": "unfreeze",
    "view_card": "details_shown",
    "view_pin": "pin_shown",
}
INSTRUCTIONS = {
    "apply_for_credit": "credit_applied",
    "change_auto_top_up": "auto_top_up_changed",
    "change_standing_order": "standing_order_changed",
    "close_accounts": "closing_agreed",
    "create_auto_top_up": "auto_top_up_set",
    "create_standing_order": "standing_order_set",
    "top_up_by_card": "top_up_ordered",
}
_WITH_AMOUNT = frozenset({"create_auto_top_up", "create_standing_order", "top_up_by_card"})
LIMITS = {"card_spend": "card", "card_online": "online", "atm": "atm"}
TOLD_ELSEWHERE = frozenset({"add_payee", "exchange", "repay_loan"})
"""By the ledger, or where the payee's number is known."""
_OTHERS = frozenset({"switch_channel", "set_card_limit", "set_transfer_limit", "edit_detail"})
KNOWN = CARD_CHANGES.keys() | INSTRUCTIONS.keys() | TOLD_ELSEWHERE | _OTHERS
"""Operations that have a word here: one that has none is not carried out."""


async def operation(
    connection: Connection, customer_id: str, quote: OperationQuote, card_id: str | None, details: Mapping[str, Any]
) -> None:
    """The record of an operation that was carried out, by what was ordered and what was quoted."""
    if quote.kind not in TOLD_ELSEWHERE:
        kind, told = _record(quote, details)
        if kind in ("card_change", "limit_change") and card_id is not None:
            told["card"] = audit.named(connection, "card", card_id)
        elif quote.kind in _WITH_AMOUNT:
            told |= {"amount_minor": details["amount_minor"], "currency": details["currency"]}
            told["payee"] = audit.named(connection, "payee", details.get("payee_id"))
        await audit.tell(connection, kind, customer_id, told)


def _record(quote: OperationQuote, details: Mapping[str, Any]) -> tuple[Kind, dict[str, Value | None]]:
    facts = quote.facts
    if quote.kind == "switch_channel":
        return "card_change", {"operation": f"{facts['channel']}_{'on' if facts['on'] else 'off'}"}
    if quote.kind == "set_card_limit":
        after = {"after_minor": details["amount_minor"], "currency": details["currency"], "period": "day"}
        return "limit_change", {"limit": LIMITS[facts["code"]], **after}
    if quote.kind == "set_transfer_limit":
        after = {"after_minor": details["amount_minor"], "currency": details["currency"], "period": facts["period"]}
        return "limit_change", {"limit": "transfer", **after}
    if quote.kind == "edit_detail":
        return "profile_change", {"detail": facts["detail"]}
    if quote.kind in CARD_CHANGES:
        return "card_change", {"operation": CARD_CHANGES[quote.kind], "cause": facts.get("reason")}
    return "instruction", {"operation": INSTRUCTIONS[quote.kind]}
