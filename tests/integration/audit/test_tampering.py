"""What a master of the database may do with the triggers off, and what the verification says to it."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from common.audit import checkpoint, database
from common.audit.chain import link
from common.audit.checkpoint import read
from common.audit.database import Sql
from common.audit.sealer import Sealer, SealerError
from common.settings import Settings
from tests.integration.audit.workshop import Workshop
from tests.unit.common.audit.records import record

COLUMNS = "sealed_at, id, recorded_at, source, kind, actor, subject, outcome, channel, country, details, previous, hash"


@pytest.fixture
def master(root: Sql) -> Sql:
    """Everything is allowed to it."""
    root.execute("ALTER TABLE audit.log DISABLE TRIGGER USER")
    for (month,) in root.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit.log'::regclass"
    ).fetchall():
        root.execute(f"ALTER TABLE {month} DISABLE TRIGGER USER")
    return root


SET = "UPDATE audit.log SET "
COPY_OF_3 = f"INSERT INTO audit.log (sequence, {COLUMNS}) SELECT 9, {COLUMNS} FROM audit.log WHERE sequence = 3"


@pytest.mark.parametrize(
    ("statements", "fault", "sequence"),
    [
        ([SET + "details = jsonb_set(details, '{amount_minor}', '999') WHERE sequence = 9"], "changed", 9),
        ([SET + "details = jsonb_set(details, '{amount_minor}', '1.5') WHERE sequence = 9"], "changed", 9),
        ([SET + "outcome = 'refused' WHERE sequence IN (9, 4, 20)"], "changed", 4),
        ([SET + "recorded_at = recorded_at - interval '1 microsecond' WHERE sequence = 9"], "changed", 9),
        ([SET + "recorded_at = 'infinity' WHERE sequence = 9"], "changed", 9),
        ([SET + "recorded_at = (recorded_at::text || ' BC')::timestamptz WHERE sequence = 9"], "changed", 9),
        ([SET + "sealed_at = sealed_at + interval '1 microsecond' WHERE sequence = 9"], "changed", 9),
        ([SET + "source = 'teller_identity' WHERE sequence = 1"], "changed", 1),
        ([SET + "hash = previous WHERE sequence = 30"], "changed", 30),
        ([SET + "country = 'GB' WHERE sequence = 30"], "changed", 30),
        (["DELETE FROM audit.log WHERE sequence = 1"], "removed", 1),
        (["DELETE FROM audit.log WHERE sequence BETWEEN 9 AND 12"], "removed", 9),
        (
            ["DELETE FROM audit.log WHERE sequence = 9", SET + "sequence = sequence - 1 WHERE sequence > 9"],
            "removed",
            9,
        ),
        ([COPY_OF_3.replace("SELECT 9, sealed_at", "SELECT 9, sealed_at + interval '1 s'")], "inserted", 9),
        ([SET + "sequence = sequence + 1 WHERE sequence >= 9", COPY_OF_3], "inserted", 9),
        ([SET + "sequence = 23 - sequence WHERE sequence IN (9, 14)"], "reordered", 9),
        (["DELETE FROM audit.log WHERE sequence > 25"], "cut_off", 26),
        (["DELETE FROM audit.log WHERE sequence = 30"], "cut_off", 30),
        (["TRUNCATE audit.log"], "cut_off", 1),
    ],
)
def test_the_first_bad_record_is_named(
    workshop: Workshop, master: Sql, statements: list[str], fault: str, sequence: int
) -> None:
    workshop.fill(30)
    assert workshop.verdict() is None
    master.execute("ALTER TABLE audit.log DROP CONSTRAINT log_pkey")
    for statement in statements:
        master.execute(statement)
    problem = workshop.verify().problem
    assert problem is not None
    assert (problem.fault, problem.sequence) == (fault, sequence)
    assert str(sequence) in problem.message


def test_a_chain_that_was_calculated_anew_contradicts_the_checkpoints(workshop: Workshop, master: Sql) -> None:
    workshop.fill(30)
    log = database.log_id(master)
    with master.transaction(), database.rows(master) as found:
        rows = list(found)
    forged = link(log, rows[11].head, rows[12].sealed_at, [row.body | {"outcome": "refused"} for row in rows[12:]])
    master.execute("DELETE FROM audit.log WHERE sequence > 12")
    _put(master, forged)
    assert workshop.verdict() == ("rewritten", 11)


def test_records_that_a_stranger_added_well_chained_are_unsigned_and_stop_the_sealer(
    workshop: Workshop, master: Sql
) -> None:
    workshop.fill(6)
    head = workshop.sealer.head
    old = "2026-01-02T03:04:05.000000Z"
    with master.transaction(), database.rows(master, 6) as found:
        body = next(found).body
    master.execute("SELECT audit.make_partition('2026-01-01')")
    master.execute("ALTER TABLE audit.log_2026_01 DISABLE TRIGGER USER")
    _put(master, link(database.log_id(master), head, old, [body]))
    assert workshop.verdict() == ("unsigned", 7)
    with pytest.raises(SealerError, match="somebody else changed"):
        workshop.add(record())


def _put(master: Sql, rows: list) -> None:
    for row in rows:
        body = [row.body[name] for name in ("id", "recorded_at", "source", "kind", "actor", "subject", "outcome")]
        master.execute(
            f"INSERT INTO audit.log (sequence, {COLUMNS}) VALUES (%s, %s{', %s' * 12})",
            (
                row.sequence,
                row.sealed_at,
                *body,
                row.body["channel"],
                row.body["country"],
                json.dumps(row.body["details"]),
                row.previous,
                row.hash,
            ),
        )


def test_a_forged_checkpoint_is_named(workshop: Workshop) -> None:
    workshop.fill(9)
    file = next(Path(str(workshop.place)).glob("*.jsonl"))
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:2], lines[2].replace(b'"count":6', b'"count":7'), *lines[3:]]))
    problem = workshop.verify().problem
    assert problem is not None
    assert (problem.fault, problem.sequence) == ("forged_checkpoint", None)
    assert "checkpoint 3 is forged" in problem.message


def test_a_tail_cut_from_both_log_and_checkpoints_stops_the_sealer(workshop: Workshop, master: Sql) -> None:
    """A copy of the checkpoints elsewhere shows it even without a sealer."""
    workshop.fill(9)
    file = next(Path(str(workshop.place)).glob("*.jsonl"))
    copy = list(workshop.place.lines())
    file.write_bytes(b"".join(line + b"\n" for line in copy[:-1]))
    master.execute("DELETE FROM audit.log WHERE sequence > 6")
    assert workshop.verdict() is None
    assert max(read(copy, database.log_id(master), workshop.keys).hashes) == 9
    with pytest.raises(SealerError):
        workshop.add(record())


def test_lost_checkpoints_are_not_taken_for_a_sound_log(workshop: Workshop, master: Sql) -> None:
    workshop.fill(9)
    for file in Path(str(workshop.place)).glob("*.jsonl"):
        file.unlink()
    assert workshop.verdict() == ("no_checkpoint", None)
    master.execute("TRUNCATE audit.log")
    assert workshop.verdict() == ("no_checkpoint", None)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("DELETE FROM audit.log WHERE sequence = 9", "record 9 of the audit log is not the one that was signed"),
        ("UPDATE audit.log SET hash = previous WHERE sequence = 9", "record 9 of the audit log is not the one"),
        ("TRUNCATE audit.log", "record 9 of the audit log is not the one that was signed"),
    ],
)
def test_a_sealer_does_not_start_on_a_log_that_was_tampered_with(
    workshop: Workshop, master: Sql, statement: str, message: str
) -> None:
    workshop.fill(9)
    master.execute(statement)
    with pytest.raises(SealerError, match=message):
        Sealer(workshop.sealing, workshop.place, workshop.key).begin()


def test_a_sealer_does_not_start_where_its_checkpoints_are_gone_or_forged(workshop: Workshop) -> None:
    workshop.fill(9)
    file = next(Path(str(workshop.place)).glob("*.jsonl"))
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"count":9', b'"count":8'))
    with pytest.raises(SealerError, match=r"one of the last checkpoints in .* is forged"):
        Sealer(workshop.sealing, workshop.place, workshop.key).begin()
    file.unlink()
    with pytest.raises(SealerError, match="records but no checkpoint"):
        Sealer(workshop.sealing, workshop.place, workshop.key).begin()


def test_a_record_that_waits_cannot_be_taken_away_before_it_is_sealed(workshop: Workshop, root: Sql) -> None:
    workshop.fill(3)
    root.execute("INSERT INTO audit.intake (kind, actor, outcome, details) VALUES ('login', 'system', 'done', '{}')")
    with pytest.raises(psycopg.errors.RestrictViolation, match="only when it is sealed"):
        root.execute("DELETE FROM audit.intake")
    workshop.sealer.seal()
    assert root.execute("SELECT count(*) FROM audit.intake").fetchone() == (0,)


def test_the_checkpoints_of_one_log_say_nothing_about_another(workshop: Workshop, house: Settings) -> None:
    workshop.fill(3)
    checkpoint.write(workshop.place, workshop.key, "another", "head", workshop.sealer.head)
    problem = workshop.verify().problem
    assert problem is not None
    assert "is of another log" in problem.message
