"""Prepared operations and the second-factor challenges that approve them.

What an operation says (`details`, `purpose`: a new address, a payee's name) and what it answered (`outcome`) is sealed
under the customer's key; rows come with these three opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from actions.bank.errors import KeyConflict, NotFound, PreparedExpired
from actions.bank.repository.unit import Connection, Row, insert, row

SAID = ("details", "purpose")


def place(key: object) -> str:
    return f"payment_intents.sealed:{key}"


def outcome_place(key: object) -> str:
    return f"payment_intents.sealed_outcome:{key}"


async def add(connection: Connection, fields: Mapping[str, Any]) -> None:
    """Insert a prepared operation; `fields` are columns of bank.payment_intents, `details` plain JSON values."""
    line = dict(fields)
    said = {name: line.pop(name) for name in SAID if name in line}
    if said:
        own = await connection.sealer.of(connection, line["customer_id"])
        line["sealed"] = own.seal(said, place(line["key"]))
    await insert(connection, "payment_intents", line)


async def _opened(connection: Connection, found: Row) -> Row:
    """The row with what it says; raises KeyConflict where a ciphertext was changed or comes from another row."""
    if found["sealed"] is None and found["sealed_outcome"] is None:
        return found
    own = await connection.sealer.of(connection, found["customer_id"])
    try:
        said = {} if found["sealed"] is None else own.open(found["sealed"], place(found["key"]))
        if found["sealed_outcome"] is not None:
            said |= own.open(found["sealed_outcome"], outcome_place(found["key"]))
    except InvalidTag:
        raise KeyConflict("changed") from None
    return found | said


async def get(
    connection: Connection, customer_id: str, key: str, kind: str | None = None, *, lock: bool = False
) -> Row:
    """The prepared operation of this customer under this key; raises NotFound."""
    try:
        UUID(key)
    except ValueError:
        raise NotFound("prepared_operation") from None
    sql = "SELECT * FROM payment_intents WHERE customer_id = %s AND key = %s"
    found = await row(connection, f"{sql} FOR UPDATE" if lock else sql, customer_id, key)
    if found is None or kind not in (None, found["kind"]):
        raise NotFound("prepared_operation")
    return await _opened(connection, found)


async def find(connection: Connection, customer_id: str, key: str) -> Row | None:
    """What stands under a key that may be new."""
    sql = "SELECT * FROM payment_intents WHERE customer_id = %s AND key = %s"
    found = await row(connection, sql, customer_id, key)
    return None if found is None else await _opened(connection, found)


def require_open(intent: Row, now: datetime) -> None:
    """Raise PreparedExpired or KeyConflict where the operation can no longer be carried out."""
    if intent["state"] == "expired" or (intent["state"] == "prepared" and now >= intent["expires_at"]):
        raise PreparedExpired()
    if intent["state"] != "prepared":
        raise KeyConflict(intent["state"])


async def take_lapsed(connection: Connection, job: str, now: datetime) -> Row | None:
    """A prepared operation whose time is over, by customer_id and key; locked, others skip it."""
    sql = """
        SELECT intents.customer_id, intents.key, intents.key AS id FROM payment_intents intents
        LEFT JOIN worker_failures failed ON failed.job = %s AND failed.item_id = intents.key
        WHERE state = 'prepared' AND expires_at <= %s AND (failed.retry_at IS NULL OR failed.retry_at <= %s)
        ORDER BY expires_at LIMIT 1 FOR UPDATE OF intents SKIP LOCKED
    """
    return await row(connection, sql, job, now, now)


async def set_state(connection: Connection, customer_id: str, key: str, state: str) -> None:
    sql = "UPDATE payment_intents SET state = %s WHERE customer_id = %s AND key = %s"
    await connection.execute(sql, (state, customer_id, key))


async def set_executed(
    connection: Connection,
    customer_id: str,
    key: str,
    at: datetime,
    *,
    posting_id: str | None = None,
    reference: str | None = None,
    new_balance_minor: int | None = None,
) -> None:
    await connection.execute(
        "UPDATE payment_intents SET state = 'executed', executed_at = %s, posting_id = %s, reference = %s,"
        " new_balance_minor = %s WHERE customer_id = %s AND key = %s",
        (at, posting_id, reference, new_balance_minor, customer_id, key),
    )


async def set_outcome(
    connection: Connection, customer_id: str, key: str, outcome: Mapping[str, Any], at: datetime
) -> None:
    """Note that an operation was carried out and what it answered."""
    own = await connection.sealer.of(connection, customer_id)
    sealed = own.seal({"outcome": dict(outcome)}, outcome_place(key))
    sql = """
        UPDATE payment_intents SET state = 'executed', executed_at = %s, sealed_outcome = %s
        WHERE customer_id = %s AND key = %s
    """
    await connection.execute(sql, (at, sealed, customer_id, key))


async def sent_since(connection: Connection, customer_id: str, currency: str, since: datetime) -> int:
    """Minor units that the customer's executed transfers in this currency moved since then."""
    sql = """
        SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM payment_intents
        WHERE customer_id = %s AND currency = %s AND executed_at >= %s AND kind = 'transfer'
    """
    found = await row(connection, sql, customer_id, currency, since)
    return int(found["minor"]) if found else 0


async def live_challenge(connection: Connection, customer_id: str, key: str) -> Row | None:
    """The challenge that still counts for this key: open or verified."""
    sql = "SELECT * FROM step_up_challenges WHERE customer_id = %s AND key = %s AND state IN ('open', 'verified')"
    return await row(connection, sql, customer_id, key)


async def challenge_count(connection: Connection, customer_id: str, key: str) -> int:
    sql = "SELECT count(*) AS n FROM step_up_challenges WHERE customer_id = %s AND key = %s"
    found = await row(connection, sql, customer_id, key)
    return int(found["n"]) if found else 0


async def lockouts_since(connection: Connection, customer_id: str, since: datetime) -> tuple[int, datetime | None]:
    """How many challenges of this customer were locked since then, and when the first of them was made."""
    sql = """
        SELECT count(*) AS n, min(created_at) AS first FROM step_up_challenges
        WHERE customer_id = %s AND state = 'locked' AND created_at >= %s
    """
    found = await row(connection, sql, customer_id, since)
    return (int(found["n"]), found["first"]) if found else (0, None)


async def void_challenges(connection: Connection, customer_id: str, key: str) -> None:
    sql = """
        UPDATE step_up_challenges SET state = 'void'
        WHERE customer_id = %s AND key = %s AND state IN ('open', 'verified')
    """
    await connection.execute(sql, (customer_id, key))


async def add_challenge(connection: Connection, fields: Mapping[str, Any]) -> None:
    await insert(connection, "step_up_challenges", fields)


async def set_challenge(connection: Connection, challenge_id: object, state: str, tries_left: int) -> None:
    sql = "UPDATE step_up_challenges SET state = %s, tries_left = %s WHERE id = %s"
    await connection.execute(sql, (state, tries_left, challenge_id))
