"""The audit's tables, as its sealer and its readers see them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from psycopg import Connection, IsolationLevel, connect
from psycopg.conninfo import make_conninfo

from common.audit.chain import BODY, Body, Head, Sealed, genesis

Role = Literal["teller_audit", "teller_audit_sealer"]
Sql = Connection[Any]

# Times as text: what a tamperer may have put there (infinity, years before Christ) has no Python value, and is null.
_TIME = "CASE WHEN {0} > '0001-01-01' THEN to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') END"
_SELECTED = {"recorded_at": _TIME.format("recorded_at"), "details": "details::text"}
_BODY = ", ".join(_SELECTED.get(name, name) for name in BODY)
_ROW = f"sequence, {_TIME.format('sealed_at')}, previous, hash, {_BODY}"
_PAGE = 2000
LAST = 2**62
MOST_COUNTED = 100_000


def open_connection(database_url: str, role: Role) -> Sql:
    """A connection that acts as `role`; outside a transaction block each statement stands for itself."""
    options = f"-c role={role} -c search_path=pg_catalog -c timezone=UTC -c synchronous_commit=on"
    connection = connect(make_conninfo(database_url, options=options), autocommit=True)
    connection.isolation_level = IsolationLevel.READ_COMMITTED
    return connection


def log_id(connection: Sql) -> str:
    """The name of this log, which is part of every hash."""
    return str(one(connection, "SELECT log_id FROM audit.about")[0])


def last_row(connection: Sql, log: str) -> Head:
    """Where the table ends."""
    query = f"SELECT sequence, hash, {_TIME.format('sealed_at')} FROM audit.log ORDER BY sequence DESC LIMIT 1"
    found = connection.execute(query).fetchone()
    return Head(*found) if found else genesis(log)


@contextmanager
def rows(connection: Sql, first: int = -LAST, last: int = LAST) -> Iterator[Iterator[Sealed]]:
    """The sealed records from one sequence to another, in order, a page at a time; within a transaction only."""
    query = f"SELECT {_ROW} FROM audit.log WHERE sequence BETWEEN %s AND %s ORDER BY sequence, sealed_at"
    with connection.cursor(name="audit_rows") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(query, (first, last))
        yield (Sealed(row[0], row[1], _body(row[4:]), row[2], row[3]) for row in cursor)


def waiting(connection: Sql) -> tuple[int, float]:
    """How many records wait to be sealed, counted up to MOST_COUNTED, and for how many seconds the oldest has."""
    number, seconds = one(
        connection,
        "SELECT (SELECT count(*) FROM (SELECT FROM audit.intake LIMIT %s) AS counted),"
        " (SELECT extract(epoch FROM clock_timestamp() - recorded_at)::float8 FROM audit.intake ORDER BY id LIMIT 1)",
        MOST_COUNTED,
    )
    return number, max(0.0, seconds or 0.0)


def take(connection: Sql, limit: int) -> list[Body]:
    """The oldest records of the intake."""
    query = f"SELECT {_BODY} FROM audit.intake ORDER BY id LIMIT %s"
    return [_body(row) for row in connection.execute(query, (limit,))]


def sealing_time(connection: Sql, after: str) -> str:
    """This transaction's time, or that of the last sealing where the clock was set back."""
    query = f"SELECT {_TIME.format('at')} FROM (SELECT greatest(now(), %s::timestamptz) AS at) AS times"
    return str(one(connection, query, after or "-infinity")[0])


def put(connection: Sql, sealed: Sequence[Sealed]) -> None:
    """Move records from the intake into the log."""
    columns = ", ".join(("sequence", "sealed_at", "previous", "hash", *BODY))
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY audit.log ({columns}) FROM STDIN") as copy:
            for row in sealed:
                body = [row.body[name] for name in BODY[:-1]]
                copy.write_row(
                    [row.sequence, row.sealed_at, row.previous, row.hash, *body, json.dumps(row.body["details"])]
                )
        cursor.execute("DELETE FROM audit.intake WHERE id = ANY(%s)", ([row.body["id"] for row in sealed],))
        if cursor.rowcount != len(sealed):
            raise RuntimeError("records left the intake while they were sealed")


def one(connection: Sql, query: str, *parameters: Any) -> tuple[Any, ...]:
    """The one row of a query that always has one."""
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise RuntimeError("a query that always has a row had none")
    return row


def _body(values: Sequence[Any]) -> Body:
    body = dict(zip(BODY, values, strict=True))
    try:
        body["details"] = json.loads(body["details"])
    except RecursionError:
        body["details"] = None
    return body
