"""A session's words as its owner may read them again: scrubbed, as the tracker store has them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from custom_components.tracker_store.store import PostgresTrackerStore

_SPEAKERS = {"user": "customer", "bot": "assistant", "agent": "agent"}
_PAGE = 500


async def messages(store: PostgresTrackerStore, session_id: str, after: int = 0) -> list[dict[str, Any]]:
    """What was said after an event, oldest first; `id` is the event's number in its conversation."""
    said: list[dict[str, Any]] = []
    while rows := await store.history(session_id, after, _PAGE):
        said += [_message(row) for row in rows if row["type"] in _SPEAKERS and row["payload"].get("text")]
        after = rows[-1]["seq"]
    return said


def _message(row: dict[str, Any]) -> dict[str, Any]:
    payload = row["payload"]
    return {
        "id": row["seq"],
        "at": datetime.fromtimestamp(payload["timestamp"], timezone.utc).isoformat(),
        "from": _SPEAKERS[row["type"]],
        "text": payload["text"],
    }
