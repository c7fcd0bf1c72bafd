"""Seven years, and what remains after them; and the log after a restore."""

from __future__ import annotations

from datetime import datetime, timezone

import psycopg
import pytest

from common.audit import database, writer
from common.audit.chain import Head, genesis, link
from common.audit.database import Sql
from common.audit.reanchor import ReanchorError, reanchor
from common.audit.retention import LOCK_TIMEOUT, RetentionError, drop_expired
from common.audit.sealer import Sealer
from common.settings import Settings
from tests.integration.audit.workshop import Workshop
from tests.unit.common.audit.records import record

OLD, OLDER = "2018-02-11T09:00:00.000000Z", "2018-01-31T23:59:59.000000Z"
YOUNG = f"{datetime.now(timezone.utc).year - 6}-01-15T12:00:00.000000Z"


@pytest.fixture
def aged(workshop: Workshop, root: Sql) -> Workshop:
    """Ten records of January 2018, five of February 2018, five of six years ago, six of today, all signed."""
    log = database.log_id(root)
    head = genesis(log)
    for month, time, number in (("2018-01-01", OLDER, 10), ("2018-02-01", OLD, 5), (f"{YOUNG[:7]}-01", YOUNG, 5)):
        root.execute("SELECT audit.make_partition(%s)", (month,))
        for _ in range(number):
            root.execute(writer.INSERT, writer.values(record()))
        with root.transaction():
            rows = link(log, head, time, [body | {"recorded_at": time} for body in database.take(root, number)])
            root.execute("ALTER TABLE audit.intake DISABLE TRIGGER no_loss")
            database.put(root, rows)
            root.execute("ALTER TABLE audit.intake ENABLE ALWAYS TRIGGER no_loss")
        head = rows[-1].head
    assert workshop.sealer.begin() == 20
    workshop.add(*(record() for _ in range(6)))
    assert workshop.verdict() is None
    return workshop


def months(connection: Sql) -> set[str]:
    query = "SELECT to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM audit.log"
    return {month for (month,) in connection.execute(query)}


def test_months_older_than_seven_years_go_and_the_rest_still_verifies(aged: Workshop) -> None:
    assert drop_expired(aged.sealing, aged.place, aged.key) == 2
    assert not {"2018-01", "2018-02"} & months(aged.reading)
    assert YOUNG[:7] in months(aged.reading)
    assert aged.verdict() is None
    aged.add()
    report = aged.verify()
    assert (report.dropped, report.last, report.problem) == (15, 28, None)


def test_each_month_that_goes_leaves_a_record(aged: Workshop) -> None:
    last = aged.reading.execute("SELECT encode(hash, 'hex') FROM audit.log WHERE sequence IN (10, 15)").fetchall()
    drop_expired(aged.sealing, aged.place, aged.key)
    aged.add()
    found = aged.reading.execute(
        "SELECT actor, outcome, details FROM audit.log WHERE kind = 'retention' ORDER BY sequence"
    ).fetchall()
    assert found == [
        (
            "system",
            "done",
            {"month": "2018-01", "records": 10, "last_sequence": 10, "last_hash": last[0][0]},
        ),
        (
            "system",
            "done",
            {"month": "2018-02", "records": 5, "last_sequence": 15, "last_hash": last[1][0]},
        ),
    ]


def test_nothing_goes_twice_or_early(aged: Workshop) -> None:
    assert drop_expired(aged.sealing, aged.place, aged.key) == 2
    assert drop_expired(aged.sealing, aged.place, aged.key) == 0
    aged.add()
    assert aged.verdict() is None


def test_the_database_drops_no_month_beyond_what_was_signed(aged: Workshop) -> None:
    assert aged.sealing.execute("SELECT audit.drop_expired(9)").fetchone() == (0,)
    assert aged.sealing.execute("SELECT audit.drop_expired(14)").fetchone() == (1,)
    assert aged.verdict() == ("removed", 1)


def test_a_sealer_goes_on_after_the_beginning_was_dropped(aged: Workshop) -> None:
    drop_expired(aged.sealing, aged.place, aged.key)
    assert Sealer(aged.sealing, aged.place, aged.key).begin() == 0
    aged.add(record())
    assert aged.verdict() is None


def test_a_drop_that_was_signed_but_never_happened_is_made_up_for(aged: Workshop, house: Settings) -> None:
    with psycopg.connect(house.database_url) as reader:
        reader.execute("SELECT count(*) FROM audit.log")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            drop_expired(aged.sealing, aged.place, aged.key)
    assert LOCK_TIMEOUT == "1s"
    assert aged.verdict() is None
    assert drop_expired(aged.sealing, aged.place, aged.key) == 2
    assert aged.verdict() is None


def test_records_that_went_without_the_law_are_missed(aged: Workshop, root: Sql) -> None:
    drop_expired(aged.sealing, aged.place, aged.key)
    month = f"audit.log_{YOUNG[:7].replace('-', '_')}"
    root.execute(f"ALTER TABLE audit.log DETACH PARTITION {month}")
    assert aged.verdict() == ("removed", 16)


def test_a_month_that_was_tampered_with_is_not_dropped(aged: Workshop, root: Sql) -> None:
    root.execute("ALTER TABLE audit.log_2018_01 DISABLE TRIGGER USER")
    root.execute("UPDATE audit.log_2018_01 SET outcome = 'refused' WHERE sequence = 4")
    with pytest.raises(RetentionError, match="record 4 does not verify"):
        drop_expired(aged.sealing, aged.place, aged.key)
    assert {"2018-01", "2018-02"} <= months(aged.reading)


def test_old_alerts_go_with_their_records_and_young_ones_stay(aged: Workshop, root: Sql) -> None:
    for age in ("8 years", "6 years"):
        root.execute(
            "INSERT INTO audit.alerts (kind, principal, first_sequence, last_sequence, happened_at, facts, raised_at)"
            " VALUES ('denials', 'x', 1, 1, now(), '{}', now() - %s::interval)",
            (age,),
        )
    drop_expired(aged.sealing, aged.place, aged.key)
    assert root.execute("SELECT count(*) FROM audit.alerts").fetchone() == (1,)


@pytest.fixture
def restored(workshop: Workshop, root: Sql, house: Settings) -> Workshop:
    """A log of nine signed records that was put back to six, with no sealer running."""
    workshop.fill(9)
    root.execute("ALTER TABLE audit.log DISABLE TRIGGER USER")
    root.execute("DELETE FROM audit.log WHERE sequence > 6")
    root.execute("ALTER TABLE audit.log ENABLE ALWAYS TRIGGER no_change")
    assert workshop.verdict() == ("cut_off", 7)
    return workshop


def test_after_a_restore_the_log_is_accepted_by_an_act_that_shows(restored: Workshop) -> None:
    assert reanchor(restored.sealing, restored.place, restored.key) == Head(*_head(restored))
    sealer = Sealer(restored.sealing, restored.place, restored.key)
    assert sealer.begin() == 0
    sealer.seal()
    sealer.sign()
    report = restored.verify()
    assert (report.problem, report.last, len(report.reanchored)) == (None, 7, 1)
    told = restored.reading.execute("SELECT kind, details FROM audit.log WHERE sequence = 7").fetchone()
    assert told == ("reanchoring", {"count": 6, "signed_before": 9})


def _head(workshop: Workshop) -> tuple[int, bytes, str]:
    found = workshop.reading.execute(
        "SELECT sequence, hash, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        " FROM audit.log WHERE sequence = 6"
    ).fetchone()
    assert found is not None
    return found


def test_a_chain_that_is_broken_in_itself_is_never_accepted(restored: Workshop, root: Sql) -> None:
    root.execute("ALTER TABLE audit.log DISABLE TRIGGER USER")
    root.execute("UPDATE audit.log SET outcome = 'refused' WHERE sequence = 3")
    with pytest.raises(ReanchorError, match="record 3 does not follow"):
        reanchor(restored.sealing, restored.place, restored.key)


def test_nothing_is_accepted_while_a_sealer_works(restored: Workshop, house: Settings) -> None:
    with database.open_connection(house.database_url, "teller_audit_sealer") as other:
        with pytest.raises(ReanchorError, match="a sealer is running"):
            reanchor(other, restored.place, restored.key)
