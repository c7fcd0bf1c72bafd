"""The SQL of conversations: heads, events, and what a load reads of them. Every function works in its caller's
transaction, on a connection of the role `conversation`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

Connection = AsyncConnection[dict[str, Any]]
Row = dict[str, Any]

_TAIL = (
    "SELECT seq, payload FROM events WHERE conversation_id = %(id)s AND stored_at >= %(since)s AND seq > %(covered)s"
)
_KEPT = (
    "SELECT seq, payload FROM events"
    " WHERE conversation_id = %(id)s AND stored_at >= %(since)s AND seq = ANY(%(kept)s) AND seq <= %(covered)s"
)


@dataclass(frozen=True)
class Head:
    """Where a conversation stands; `opening` and `turns` are the sequence numbers of its snapshot, if it has one."""

    last_seq: int
    customer_id: str | None
    covered: int
    opening: list[int] | None
    turns: list[int] | None
    since: Any


async def head(connection: Connection, key: str) -> Head | None:
    cursor = await connection.execute(
        "SELECT last_seq, customer_id::text, covered, opening, turns, since FROM heads WHERE conversation_id = %s",
        (key,),
    )
    row = await cursor.fetchone()
    return Head(**row) if row else None


async def latest_session(connection: Connection, key: str, found: Head) -> list[Row]:
    """`seq` and `payload` of the events that a load of the latest session needs, in order."""
    values = {"id": key, "since": found.since, "covered": found.covered}
    if found.opening is None or found.turns is None:
        return await _rows(connection, f"{_TAIL} ORDER BY seq", values)
    kept = values | {"kept": [*found.opening, *found.turns]}
    return await _rows(connection, f"{_KEPT} UNION ALL {_TAIL} ORDER BY seq", kept)


async def every_session(connection: Connection, key: str) -> list[Row]:
    """`seq` and `payload` of all events of a conversation, in order."""
    query = "SELECT seq, payload FROM events WHERE conversation_id = %(id)s ORDER BY seq"
    return await _rows(connection, query, {"id": key})


async def append(connection: Connection, key: str, seq: int, payloads: Sequence[Row]) -> None:
    """Add events behind number `seq`; raises UniqueViolation when the conversation does not end there."""
    await connection.execute(
        "INSERT INTO events (conversation_id, seq, type, created_at, payload) SELECT %s, n.* FROM"
        " unnest(%s::bigint[], %s::text[], %s::double precision[], %s::jsonb[]) AS n",
        (
            key,
            list(range(seq + 1, seq + 1 + len(payloads))),
            [payload["event"] for payload in payloads],
            [payload["timestamp"] for payload in payloads],
            [Jsonb(payload) for payload in payloads],
        ),
    )


async def written_since(connection: Connection, key: str, seq: int) -> list[Row]:
    """`seq`, `type` and `created_at` of the events behind number `seq`."""
    query = "SELECT seq, type, created_at FROM events WHERE conversation_id = %(id)s AND seq > %(seq)s ORDER BY seq"
    return await _rows(connection, query, {"id": key, "seq": seq})


async def begin_session(connection: Connection, key: str, covered: int) -> None:
    """Loads begin behind `covered` from now on."""
    await connection.execute(
        "UPDATE heads SET covered = %s, opening = NULL, turns = NULL, since = now() WHERE conversation_id = %s",
        (covered, key),
    )


async def keep_snapshot(connection: Connection, key: str, covered: int, opening: list[int], turns: list[int]) -> None:
    await connection.execute(
        "UPDATE heads SET covered = %s, opening = %s, turns = %s WHERE conversation_id = %s AND last_seq = %s",
        (covered, opening, turns, key, covered),
    )


async def set_customer(connection: Connection, key: str, customer_id: str) -> None:
    """Note whose conversation it is; it never changes hands."""
    await connection.execute(
        "UPDATE heads SET customer_id = %s WHERE conversation_id = %s AND customer_id IS NULL", (customer_id, key)
    )


async def history(connection: Connection, key: str, after: int, limit: int) -> list[Row]:
    query = (
        "SELECT seq, type, created_at, payload FROM events WHERE conversation_id = %(id)s AND seq > %(after)s"
        " ORDER BY seq LIMIT %(limit)s"
    )
    return await _rows(connection, query, {"id": key, "after": after, "limit": limit})


async def erase(connection: Connection, key: str) -> int:
    """Delete a conversation and what it left, and list the erasure for restores; how many events there were."""
    cursor = await connection.execute(
        "SELECT count(*) AS n, (SELECT forget(%(id)s)) FROM events WHERE conversation_id = %(id)s", {"id": key}
    )
    row = await cursor.fetchone()
    return int(row["n"]) if row else 0


async def of_customer(connection: Connection, customer_id: str) -> list[str]:
    """The keys of a customer's conversations, the latest first."""
    cursor = await connection.execute(
        "SELECT conversation_id FROM heads WHERE customer_id = %s ORDER BY touched_at DESC", (customer_id,)
    )
    return [row["conversation_id"] for row in await cursor.fetchall()]


async def _rows(connection: Connection, query: str, values: Row) -> list[Row]:
    cursor = await connection.execute(query, values)  # type: ignore[arg-type]
    return await cursor.fetchall()
