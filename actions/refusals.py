"""Calls that the action server refuses, and from which address they came."""

from __future__ import annotations

from contextvars import ContextVar

import structlog

from actions.house import House
from common.assertion import AssertionInvalid

log = structlog.get_logger(__name__)

_address: ContextVar[str | None] = ContextVar("address", default=None)


def comes_from(address: str) -> None:
    """Note where the running call came from."""
    _address.set(address)


def refuse(opened: House, error: AssertionInvalid, door: str, session_id: str | None = None) -> None:
    """Tell log and audit of an assertion that does not hold."""
    log.warning("assertion_refused", door=door, reason=error.reason)
    opened.bank.denials.note(
        door, error.reason, address=_address.get(), session_id=session_id, customer_id=error.customer_id
    )
