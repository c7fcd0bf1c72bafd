"""The facts of an operation as a customer reads them: days and times from their ISO texts, switches as on and off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from actions.wording import worded

_DAYS = frozenset({"eta_from", "eta_to", "expires_on", "close_on", "decide_by", "first_run", "next_run"})
_TIMES = frozenset({"until", "since", "held_until"})


def told(facts: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """`facts` of a quote or an outcome in English words, times in `zone`; what says them puts them into a language."""
    return worded({name: _value(name, value) for name, value in facts.items()}, zone)


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "on" if value else "off"
    if name in _DAYS and isinstance(value, str):
        return date.fromisoformat(value)
    if name in _TIMES and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
