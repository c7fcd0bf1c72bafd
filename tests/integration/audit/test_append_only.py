"""Who may do what: writers add, readers read, the sealer moves, and nobody changes anything."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from common import database as house_database
from common.audit import writer
from common.audit.database import Sql, open_connection
from common.settings import Settings
from tests.integration.audit.workshop import Workshop
from tests.unit.common.audit.records import CUSTOMER, DETAILS, KINDS, record

WRITERS = ("bank", "identity", "conversation")


def connect(house: Settings, owner: Any) -> Sql:
    return psycopg.connect(house_database.conninfo(house, owner), autocommit=True)


@pytest.mark.parametrize("owner", WRITERS)
async def test_the_rooms_add_records_of_every_kind(house: Settings, root: Sql, owner: Any) -> None:
    pool = await house_database.open_pool(house, owner)
    async with pool.connection() as connection:
        for kind in KINDS:
            await writer.append(connection, record(kind, **DETAILS[kind]))
    await pool.close()
    rows = root.execute("SELECT kind, source, details FROM audit.intake ORDER BY id").fetchall()
    assert rows == [(kind, f"teller_{owner}", DETAILS[kind]) for kind in KINDS]


async def test_a_record_stands_only_if_its_transaction_does(house: Settings, root: Sql) -> None:
    pool = await house_database.open_pool(house, "bank")
    async with pool.connection() as connection:
        await writer.append(connection, record())
        await connection.rollback()
    await pool.close()
    assert root.execute("SELECT count(*) FROM audit.intake").fetchone() == (0,)


@pytest.mark.parametrize("owner", WRITERS)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM audit.intake",
        "SELECT * FROM audit.log",
        "SELECT * FROM audit.alerts",
        "UPDATE audit.intake SET outcome = 'refused'",
        "DELETE FROM audit.intake",
        "TRUNCATE audit.intake",
        "DELETE FROM audit.log",
        "INSERT INTO audit.log SELECT * FROM audit.log",
        "INSERT INTO audit.intake (kind, actor, outcome, details, recorded_at)"
        " VALUES ('login', 'system', 'done', '{}', '2020-01-01')",
        "INSERT INTO audit.intake (kind, actor, outcome, details, source)"
        " VALUES ('login', 'system', 'done', '{}', 'teller_identity')",
        "INSERT INTO audit.alerts (kind, principal) VALUES ('denials', 'x')",
        "SELECT audit.drop_expired(1000000)",
        "SELECT audit.make_partitions(1)",
        "SELECT audit.make_partition('2010-01-01')",
    ],
)
def test_a_writer_may_add_and_nothing_else(full_house: Settings, owner: Any, statement: str) -> None:
    with connect(full_house, owner) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit.intake (kind, actor, outcome, details) VALUES ('login', 'system', 'done', '{}')",
        "DELETE FROM audit.intake",
        "UPDATE audit.log SET outcome = 'refused'",
        "DELETE FROM audit.log",
        "DELETE FROM audit.alerts",
        "SELECT audit.drop_expired(1000000)",
    ],
)
def test_a_reader_only_reads(full_house: Settings, statement: str) -> None:
    with connect(full_house, "audit") as connection:
        connection.execute("SELECT * FROM audit.log, audit.intake, audit.alerts, audit.about")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit.log SET outcome = 'x'", "DELETE FROM audit.log", "TRUNCATE audit.log", "DELETE FROM audit.alerts"],
)
def test_not_even_the_sealer_changes_what_is_sealed(full_house: Settings, statement: str) -> None:
    with open_connection(full_house.database_url, "teller_audit_sealer") as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit.log SET outcome = 'refused'",
        "UPDATE audit.log SET sequence = sequence + 1",
        "DELETE FROM audit.log WHERE sequence = 3",
        "TRUNCATE audit.log",
        "UPDATE {month} SET outcome = 'refused'",
        "DELETE FROM {month}",
        "TRUNCATE {month}",
        "UPDATE audit.intake SET outcome = 'refused'",
        "DELETE FROM audit.intake",
        "TRUNCATE audit.intake",
        "UPDATE audit.alerts SET principal = 'x'",
        "DELETE FROM audit.alerts",
        "TRUNCATE audit.alerts",
        "UPDATE audit.about SET log_id = gen_random_uuid()",
        "DELETE FROM audit.about",
        "TRUNCATE audit.about",
    ],
)
def test_the_triggers_refuse_changes_even_to_the_owner(full_house: Settings, statement: str, role: str) -> None:
    with psycopg.connect(full_house.database_url) as owner:
        month = owner.execute("SELECT tableoid::regclass::text FROM audit.log LIMIT 1").fetchone()
        assert month is not None
        owner.execute(f"SET session_replication_role = {role}")
        with pytest.raises(errors.RestrictViolation):
            owner.execute(statement.format(month=month[0]))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "'Login failed for Priya'"),
        ("actor", "'priya'"),
        ("subject", "'jane@example.com'"),
        ("outcome", "'fine'"),
        ("channel", "'the phone'"),
        ("country", "'United Kingdom'"),
        ("details", '\'{"note": "rent for May"}\''),
        ("details", "'{\"my name is Priya\": 1}'"),
        ("details", "'{\"amount_minor\": 1.5}'"),
        ("details", "'{\"amount_minor\": 1e30}'"),
        ("details", "'{\"amount_minor\": -5}'"),
        ("details", "'{\"ok\": true}'"),
        ("details", '\'{"a": ["b"]}\''),
        ("details", '\'{"a": {"b": 1}}\''),
        ("details", "'[]'"),
        ("details", "'\"text\"'"),
        ("details", "jsonb_build_object('reason', repeat('y', 65))"),
        ("details", "(SELECT jsonb_object_agg(repeat('a', n), repeat('y', 64)) FROM generate_series(1, 32) n)"),
    ],
)
def test_the_database_itself_refuses_sentences_and_what_has_no_spelling(
    full_house: Settings, column: str, value: str
) -> None:
    values = {"kind": "'login'", "actor": f"'{CUSTOMER}'", "outcome": "'done'", "details": "'{}'"} | {column: value}
    with connect(full_house, "bank") as connection:
        with pytest.raises(errors.CheckViolation):
            connection.execute(f"INSERT INTO audit.intake ({', '.join(values)}) VALUES ({', '.join(values.values())})")


def test_partitions_are_made_ahead_once(workshop: Workshop, root: Sql) -> None:
    def months() -> list[str]:
        found = root.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit.log'::regclass")
        return sorted(name for (name,) in found)

    assert len(months()) == 4
    assert workshop.sealing.execute("SELECT audit.make_partitions(5)").fetchone() == (2,)
    assert workshop.sealing.execute("SELECT audit.make_partitions(5)").fetchone() == (0,)
    assert len(months()) == 6
    for month in months():
        with pytest.raises(errors.RestrictViolation):
            root.execute(f"TRUNCATE {month}")
