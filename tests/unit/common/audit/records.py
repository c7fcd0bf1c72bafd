"""Records to test with: one of every kind, with every detail that it takes."""

from __future__ import annotations

from typing import Any, get_args

from common.audit.record import SHAPES, AuditRecord, Kind

HEX = "0123456789abcdef" * 2
CUSTOMER = f"customer_{HEX}"
DETAILS: dict[str, dict[str, Any]] = {
    "login": {"method": "password", "reason": "invalid_grant", "address": f"address_{HEX}", "count": 3},
    "seen": {"address": f"address_{HEX}", "count": 3},
    "token_revoked": {"method": "refresh_token", "reason": "by_customer"},
    "access_denied": {
        "door": "session",
        "reason": "session_forbidden",
        "target": f"session_{HEX}",
        "address": f"address_{HEX}",
        "count": 3,
    },
    "money_movement": {
        "operation": "transfer",
        "amount_minor": 4000,
        "currency": "GBP",
        "fee_minor": 0,
        "account": f"account_{HEX}",
        "payee": f"payee_{HEX}",
        "card": f"card_{HEX}",
        "posting": f"posting_{HEX}",
        "route": "faster_payments",
        "reason": "insufficient_funds",
    },
    "card_change": {"operation": "freeze", "card": f"card_{HEX}", "cause": "lost", "reason": "not_found"},
    "limit_change": {
        "limit": "transfer",
        "after_minor": 500_000,
        "currency": "EUR",
        "before_minor": 100_000,
        "period": "day",
        "card": f"card_{HEX}",
        "reason": "step_up_required",
    },
    "payee_change": {"operation": "add", "payee": f"payee_{HEX}", "country": "DE", "reason": "invalid_iban"},
    "profile_change": {"detail": "device", "target": f"device_{HEX}", "reason": "not_found"},
    "instruction": {
        "operation": "mandate_cancelled",
        "amount_minor": 4000,
        "currency": "GBP",
        "payee": f"payee_{HEX}",
        "target": f"mandate_{HEX}",
        "reason": "not_found",
    },
    "case": {
        "about": "card_payment",
        "stage": "opened",
        "case": f"case_{HEX}",
        "amount_minor": 4000,
        "currency": "GBP",
        "reason": "case_not_possible",
    },
    "step_up": {
        "stage": "wrong",
        "operation": "transfer",
        "payee": f"payee_{HEX}",
        "card": f"card_{HEX}",
        "tries_left": 2,
        "reason": "code_wrong",
    },
    "export": {"scope": "everything", "items": 120, "reason": "token_expired"},
    "erasure": {"scope": "session", "items": 3, "reason": "law"},
    "key_rotation": {"purpose": "key_encryption", "key": f"key_{HEX}", "items": 10_000, "reason": "timeout"},
    "admin_action": {"action": "machine_added", "target": f"machine_{HEX}", "items": 1, "reason": "role_missing"},
    "handoff": {"stage": "asked", "queue": "fraud", "ticket": f"ticket_{HEX}", "reason": "unavailable"},
    "retention": {"month": "2019-01", "records": 12, "last_sequence": 12, "last_hash": "ab" * 32},
    "reanchoring": {"count": 120, "signed_before": 150},
}
KINDS = get_args(Kind)


def record(kind: str = "money_movement", outcome: str = "done", **details: Any) -> AuditRecord:
    """A record with what its kind requires, and `details` besides or instead."""
    # Ignored below: any kind, any detail
    required = {name: DETAILS[kind][name] for name in SHAPES[kind].required}  # type: ignore[index]
    # Ignored below: any kind, any detail
    return AuditRecord(kind, CUSTOMER, outcome, subject=CUSTOMER, details=required | details)  # type: ignore[arg-type]
