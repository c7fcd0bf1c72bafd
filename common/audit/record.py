"""What can be recorded: closed kinds, each with its own typed details, and nothing that names a person.

A record refuses what its kind does not list, so a name, a number or a sentence cannot slip in by mistake;
people, cards and payees appear as pseudonyms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from common.audit import fields, words
from common.audit.fields import Check, word

Kind = Literal[
    "login",
    "seen",
    "token_revoked",
    "access_denied",
    "money_movement",
    "card_change",
    "limit_change",
    "payee_change",
    "profile_change",
    "instruction",
    "case",
    "step_up",
    "export",
    "erasure",
    "key_rotation",
    "admin_action",
    "handoff",
    "retention",
    "reanchoring",
]
Outcome = Literal["done", "refused", "failed", "unknown"]
Value = str | int
SYSTEM = "system"
"""The actor of what no person asked for."""


class AuditRecordError(ValueError):
    """The record holds something that the audit does not take. The value itself is not repeated."""


class Shape(NamedTuple):
    """The details of one kind: field → check."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check]


_any = fields.pseudonym()
_reason = word(words.REASONS)

SHAPES: Mapping[Kind, Shape] = {
    "login": Shape(
        {"method": word(words.LOGIN_METHODS)},
        {"reason": _reason, "address": fields.pseudonym("address"), "count": fields.count},
    ),
    "seen": Shape({}, {"address": fields.pseudonym("address"), "count": fields.count}),
    "token_revoked": Shape({}, {"method": word(words.LOGIN_METHODS), "reason": _reason}),
    "access_denied": Shape(
        {"door": word(words.DOORS)},
        {"reason": _reason, "target": _any, "address": fields.pseudonym("address"), "count": fields.count},
    ),
    "money_movement": Shape(
        {
            "operation": word(words.MONEY_OPERATIONS),
            "amount_minor": fields.amount_minor,
            "currency": fields.currency,
        },
        {
            "fee_minor": fields.amount_minor,
            "account": fields.pseudonym("account"),
            "payee": fields.pseudonym("payee"),
            "card": fields.pseudonym("card"),
            "posting": fields.pseudonym("posting"),
            "route": word(words.ROUTES),
            "reason": _reason,
        },
    ),
    "card_change": Shape(
        {"operation": word(words.CARD_OPERATIONS)},
        {"card": fields.pseudonym("card"), "cause": word(words.CARD_CAUSES), "reason": _reason},
    ),
    "limit_change": Shape(
        {"limit": word(words.LIMITS), "after_minor": fields.amount_minor, "currency": fields.currency},
        {
            "before_minor": fields.amount_minor,
            "period": word(words.PERIODS),
            "card": fields.pseudonym("card"),
            "reason": _reason,
        },
    ),
    "payee_change": Shape(
        {"operation": word(words.PAYEE_OPERATIONS), "payee": fields.pseudonym("payee")},
        {"country": fields.country, "reason": _reason},
    ),
    "profile_change": Shape({"detail": word(words.DETAILS)}, {"target": _any, "reason": _reason}),
    "instruction": Shape(
        {"operation": word(words.INSTRUCTIONS)},
        {
            "amount_minor": fields.amount_minor,
            "currency": fields.currency,
            "payee": fields.pseudonym("payee"),
            "target": _any,
            "reason": _reason,
        },
    ),
    "case": Shape(
        {"about": word(words.CASES), "stage": word(words.CASE_STAGES)},
        {
            "case": fields.pseudonym("case"),
            "amount_minor": fields.amount_minor,
            "currency": fields.currency,
            "reason": _reason,
        },
    ),
    "step_up": Shape(
        {"stage": word(words.STEP_UP_STAGES)},
        {
            "operation": word(words.APPROVABLE),
            "payee": fields.pseudonym("payee"),
            "card": fields.pseudonym("card"),
            "tries_left": fields.count,
            "reason": _reason,
        },
    ),
    "export": Shape({"scope": word(words.DATA_SCOPES)}, {"items": fields.count, "reason": _reason}),
    "erasure": Shape({"scope": word(words.DATA_SCOPES)}, {"items": fields.count, "reason": _reason}),
    "key_rotation": Shape(
        {"purpose": word(words.KEY_PURPOSES)},
        {"key": fields.pseudonym("key"), "items": fields.count, "reason": _reason},
    ),
    "admin_action": Shape(
        {"action": word(words.ADMIN_ACTIONS)}, {"target": _any, "items": fields.count, "reason": _reason}
    ),
    "handoff": Shape(
        {"stage": word(words.HANDOFF_STAGES)},
        {"queue": word(words.QUEUES), "ticket": fields.pseudonym("ticket"), "reason": _reason},
    ),
    "retention": Shape(
        {"month": fields.month, "records": fields.count},
        {"last_sequence": fields.count, "last_hash": fields.digest},
    ),
    "reanchoring": Shape({"count": fields.count, "signed_before": fields.count}, {}),
}
_EVERYWHERE: Mapping[str, Check] = {"session": fields.pseudonym("session")}

_actor = fields.pseudonym("customer", "user", "machine", "guest", "login", "address")
_subject = fields.pseudonym("customer", "user", "machine", "guest", "login")
_channel = word(words.CHANNELS)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One thing that happened: `actor` did it, `subject` (often the same customer) is whom it concerns.

    `country` is ISO 3166-1 alpha-2, where the channel knows it. `details` are those of the kind in SHAPES and,
    always allowed, a `session` pseudonym. Raises AuditRecordError for anything else.
    """

    kind: Kind
    actor: str
    outcome: Outcome
    subject: str | None = None
    channel: str | None = None
    country: str | None = None
    details: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = SHAPES.get(self.kind)
        if shape is None:
            raise AuditRecordError("the audit has no such kind of record")
        if self.actor != SYSTEM and not _actor(self.actor):
            raise AuditRecordError(f"{self.kind}: actor must be a pseudonym")
        if self.outcome not in words.OUTCOMES:
            raise AuditRecordError(f"{self.kind}: outcome must be one of {', '.join(sorted(words.OUTCOMES))}")
        for name, check in (("subject", _subject), ("channel", _channel), ("country", fields.country)):
            value = getattr(self, name)
            if value is not None and not check(value):
                raise AuditRecordError(f"{self.kind}: {name} is not one that the audit takes")
        self._check_details(shape)
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))

    def _check_details(self, shape: Shape) -> None:
        missing = shape.required.keys() - self.details.keys()
        if missing:
            raise AuditRecordError(f"{self.kind}: {min(missing)} is missing")
        checks = {**shape.required, **shape.optional, **_EVERYWHERE}
        for name, value in self.details.items():
            if name not in checks:
                raise AuditRecordError(f"{self.kind} has no such detail; it takes {', '.join(sorted(checks))}")
            if not checks[name](value):
                raise AuditRecordError(f"{self.kind}: {name} does not hold what its type allows")
