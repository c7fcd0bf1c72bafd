"""The customer's feed: searching and adding to it.

A line of a kind in `PERSONAL` is about a person, or holds a person's words: its counterparty and reference are sealed
under the customer's key and found by keyed fingerprints of the name's words. All others name a merchant, which the
policy of the scrubber keeps readable too (`not_names`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from actions.bank.errors import NotFound
from actions.bank.model.money import Money
from actions.bank.model.transactions import PERSONAL, Direction, Transaction
from actions.bank.repository.unit import Connection, Row, insert, row
from actions.bank.sealing import CustomerSealer

HIDDEN = ("counterparty", "reference")


def place(transaction_id: object) -> str:
    return f"transactions.sealed:{transaction_id}"


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; `since` is inclusive, `before` exclusive. Empty fields do not restrict."""

    merchant: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    min_amount: Money | None = None
    max_amount: Money | None = None
    kinds: Sequence[str] = ()
    statuses: Sequence[str] = ()
    direction: Direction | None = None
    sides: Sequence[str] = ()
    cards: Sequence[str] = ()

    def where(self, own: CustomerSealer) -> tuple[str, dict[str, Any]]:
        """SQL conditions and their parameters. A sealed name matches where it has every word that is looked for."""
        conditions: list[tuple[str, dict[str, Any]]] = []
        if self.merchant:
            escaped = self.merchant.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            conditions.append(
                (
                    "(t.counterparty ILIKE %(merchant)s OR t.trading_name ILIKE %(merchant)s"
                    " OR t.category ILIKE %(merchant)s"
                    " OR (t.words @> %(words)s::bytea[] AND cardinality(%(words)s::bytea[]) > 0))",
                    {"merchant": f"%{escaped}%", "words": own.words(self.merchant)},
                )
            )
        if self.since:
            conditions.append(("t.created_at >= %(since)s", {"since": self.since}))
        if self.before:
            conditions.append(("t.created_at < %(before)s", {"before": self.before}))
        for name, sign, money in (("low", ">=", self.min_amount), ("high", "<=", self.max_amount)):
            if money:
                sql = f"t.amount_minor {sign} %({name})s AND t.currency = %({name}_currency)s"
                conditions.append((sql, {name: money.amount_minor, f"{name}_currency": money.currency}))
        if self.kinds:
            conditions.append(("t.kind = ANY(%(kinds)s)", {"kinds": list(self.kinds)}))
        if self.statuses:
            conditions.append(("t.status = ANY(%(statuses)s)", {"statuses": list(self.statuses)}))
        if self.direction:
            conditions.append(("t.direction = %(direction)s", {"direction": self.direction}))
        if self.sides:
            sql = "EXISTS (SELECT FROM reason_sides r WHERE r.code = t.reason_code AND r.side = ANY(%(sides)s))"
            conditions.append((sql, {"sides": list(self.sides)}))
        if self.cards:
            conditions.append(("cards.last4 = ANY(%(cards)s)", {"cards": list(self.cards)}))
        parameters = {name: value for _, part in conditions for name, value in part.items()}
        return "".join(f" AND {sql}" for sql, _ in conditions), parameters


_MADE = (
    "id", "account_id", "amount", "fee", "local_amount", "operator_surcharge", "card_last4", "payee_id", "received"
)  # fmt: skip
_SAME = tuple(f.name for f in fields(Transaction) if f.name not in _MADE)


def _money(found: Row, name: str, currency: str) -> Money | None:
    return None if found[name] is None else Money(found[name], found[currency])


def _transaction(found: Row, own: CustomerSealer) -> Transaction:
    if found["sealed"] is not None:
        found = found | own.open(found["sealed"], place(found["id"]))
    return Transaction(
        id=str(found["id"]),
        account_id=str(found["account_id"]),
        amount=Money(found["amount_minor"], found["currency"]),
        fee=Money(found["fee_minor"], found["currency"]),
        local_amount=_money(found, "local_amount_minor", "local_currency"),
        operator_surcharge=_money(found, "operator_surcharge_minor", "local_currency")
        if found["local_currency"]
        else _money(found, "operator_surcharge_minor", "currency"),
        card_last4=found["last4"],
        payee_id=str(found["payee_id"]) if found["payee_id"] else None,
        received=_money(found, "received_minor", "currency"),
        **{name: found[name] for name in _SAME},
    )


async def search(connection: Connection, customer_id: str, wanted: Filter, limit: int) -> list[Transaction]:
    """Matching transactions, newest first."""
    own = await connection.sealer.of(connection, customer_id)
    conditions, parameters = wanted.where(own)
    sql = f"""
        SELECT t.*, cards.last4 FROM transactions t LEFT JOIN cards ON cards.id = t.card_id
        WHERE t.customer_id = %(customer)s{conditions} ORDER BY t.created_at DESC, t.id LIMIT %(limit)s
    """  # nosec B608: the conditions are fixed texts, all values are parameters
    cursor = await connection.execute(sql, {**parameters, "customer": customer_id, "limit": limit})
    return [_transaction(found, own) for found in await cursor.fetchall()]


async def one(connection: Connection, customer_id: str, transaction_id: str, *, lock: bool = False) -> Transaction:
    """The customer's transaction with this id; raises NotFound. `lock` keeps others from changing it meanwhile."""
    sql = """
        SELECT t.*, cards.last4 FROM transactions t LEFT JOIN cards ON cards.id = t.card_id
        WHERE t.customer_id = %s AND t.id::text = %s
    """
    found = await row(connection, f"{sql} FOR UPDATE OF t" if lock else sql, customer_id, transaction_id)
    if found is None:
        raise NotFound("transaction")
    return _transaction(found, await connection.sealer.of(connection, customer_id))


async def set_reverted(connection: Connection, transaction_id: str, reason_code: str, at: datetime) -> None:
    """A pending transaction that never happens: the money it held is free again."""
    sql = """
        UPDATE transactions SET status = 'reverted', reverted_at = %s, reason_code = %s
        WHERE id = %s AND status = 'pending'
    """
    await connection.execute(sql, (at, reason_code, transaction_id))


async def set_returned(connection: Connection, transaction_id: str, reason_code: str, at: datetime) -> None:
    """A completed transfer whose money came back."""
    sql = """
        UPDATE transactions SET status = 'reverted', completed_at = NULL, reverted_at = %s, reason_code = %s
        WHERE id = %s AND status = 'completed'
    """
    await connection.execute(sql, (at, reason_code, transaction_id))


async def set_arrived(connection: Connection, transaction_id: str, posting_id: str, at: datetime) -> None:
    """A pending payment whose money is booked now."""
    sql = """
        UPDATE transactions SET status = 'completed', completed_at = %s, posting_id = %s, reason_code = NULL
        WHERE id = %s AND status = 'pending'
    """
    await connection.execute(sql, (at, posting_id, transaction_id))


async def set_declined(connection: Connection, transaction_id: str, reason_code: str) -> None:
    """A pending payment that nobody paid."""
    sql = "UPDATE transactions SET status = 'declined', reason_code = %s WHERE id = %s AND status = 'pending'"
    await connection.execute(sql, (reason_code, transaction_id))


async def take_lapsed_hold(connection: Connection, job: str, now: datetime) -> Row | None:
    """A reservation that nobody collected in time; locked, others skip it."""
    sql = """
        SELECT held.id FROM transactions held
        LEFT JOIN worker_failures failed ON failed.job = %s AND failed.item_id = held.id
        WHERE held.status = 'pending' AND hold_expires_at <= %s
            AND (failed.retry_at IS NULL OR failed.retry_at <= %s)
        ORDER BY hold_expires_at LIMIT 1 FOR UPDATE OF held SKIP LOCKED
    """
    return await row(connection, sql, job, now, now)


async def sums(connection: Connection, customer_id: str, wanted: Filter) -> list[Row]:
    """Over everything that matches: currency, n, spent and received (without declined and reverted ones)."""
    conditions, parameters = wanted.where(await connection.sealer.of(connection, customer_id))
    sql = f"""
        SELECT t.currency, count(*) AS n,
            coalesce(sum(amount_minor) FILTER (WHERE direction = 'out' AND counts), 0)::bigint AS spent,
            coalesce(sum(amount_minor) FILTER (WHERE direction = 'in' AND counts), 0)::bigint AS received
        FROM transactions t LEFT JOIN cards ON cards.id = t.card_id,
            LATERAL (SELECT t.status IN ('completed', 'pending') AS counts) c
        WHERE t.customer_id = %(customer)s{conditions} GROUP BY t.currency ORDER BY t.currency
    """  # nosec B608: the conditions are fixed texts, all values are parameters
    cursor = await connection.execute(sql, {**parameters, "customer": customer_id})
    return await cursor.fetchall()


async def add(connection: Connection, fields: Mapping[str, Any]) -> str:
    """Insert a feed line; `fields` are columns of bank.transactions, with the names in the clear. Returns its id."""
    line = {"id": uuid4(), **fields}
    if line["kind"] in PERSONAL:
        line |= await hidden(connection, line)
    await insert(connection, "transactions", line)
    return str(line["id"])


async def hidden(connection: Connection, line: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a line about a person: sealed, and what finds it again."""
    own = await connection.sealer.of(connection, line["customer_id"])
    sealed = own.seal({name: line.get(name) for name in HIDDEN}, place(line["id"]))
    return {**dict.fromkeys(HIDDEN), "sealed": sealed, "words": own.words(line["counterparty"])}


async def add_once(connection: Connection, fields: Mapping[str, Any]) -> str | None:
    """Insert the feed line of an `intent_key`; None, and nothing done, if its customer has a line of that key."""
    sql = "SELECT FROM transactions WHERE customer_id = %s AND intent_key = %s"
    if await row(connection, sql, fields["customer_id"], fields["intent_key"]) is not None:
        return None
    return await add(connection, fields)
