"""Many writers, one sealer: nothing is lost, doubled or forked, whoever aborts or dies."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest
from psycopg import errors

from common import database as house_database
from common.audit import database, service, writer
from common.audit.database import Sql
from common.audit.metrics import SealerMetrics
from common.audit.sealer import Sealer, become_the_only_one
from common.audit.signing import signing_key
from common.keys import load as load_keys
from common.settings import ROOT, Settings
from tests.integration.audit.workshop import Workshop, check, sealed, soon
from tests.unit.common.audit.records import record

WRITERS, EACH = 100, 6


def amounts(root: Sql) -> list[int]:
    return [row[0] for row in root.execute("SELECT (details->>'amount_minor')::int FROM audit.log ORDER BY sequence")]


async def test_a_hundred_writers_at_once_lose_and_fork_nothing(
    house: Settings, root: Sql, at_work: SealerMetrics
) -> None:
    """A third SERIALIZABLE and in each other's way, a third REPEATABLE READ, a third READ COMMITTED; some roll back."""
    root.execute("CREATE TABLE IF NOT EXISTS bank.skew (n int); GRANT SELECT, INSERT ON bank.skew TO teller_bank")
    pools = [
        await house_database.open_pool(house, owner, max_size=20) for owner in ("bank", "identity", "conversation")
    ]
    levels = ("SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED")
    committed, outcomes = list[int](), Counter[str]()

    async def work(number: int) -> None:
        for step in range(EACH):
            mark = number * EACH + step + 1
            level = levels[number % 3]
            try:
                async with pools[number % 3].connection(timeout=120) as connection:
                    await connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                    if level == "SERIALIZABLE":
                        await connection.execute("SELECT count(*) FROM bank.skew")
                        await connection.execute("INSERT INTO bank.skew VALUES (%s)", (mark,))
                    await writer.append(connection, record(amount_minor=mark))
                    await asyncio.sleep(random.uniform(0, 0.02))
                    if random.random() < 0.1:
                        await connection.rollback()
                        outcomes["rolled back"] += 1
                        continue
                committed.append(mark)
                outcomes[level] += 1
            except errors.SerializationFailure:
                outcomes["aborted"] += 1

    await asyncio.gather(*(work(number) for number in range(WRITERS)))
    for pool in pools:
        await pool.close()
    assert outcomes.total() == WRITERS * EACH
    assert min(outcomes[name] for name in (*levels, "aborted", "rolled back")) > 0
    await asyncio.to_thread(soon, lambda: sealed(root) >= len(committed))
    assert sorted(amounts(root)) == sorted(committed)
    report = check(house)
    assert report.problem is None
    assert report.last == len(committed)


def test_a_record_never_makes_a_serializable_transaction_fail(house: Settings) -> None:
    """Two that would both pass without it both pass with it."""
    with (
        psycopg.connect(house_database.conninfo(house, "bank")) as one,
        psycopg.connect(house_database.conninfo(house, "bank")) as other,
    ):
        for connection in (one, other):
            connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
            connection.execute("SELECT 1")
        for connection in (one, other):
            connection.execute(writer.INSERT, writer.values(record()))
        one.commit()
        other.commit()
    with psycopg.connect(house.database_url) as root:
        assert root.execute("SELECT count(*) FROM audit.intake").fetchone() == (2,)


def test_a_record_is_sealed_and_signed_within_two_seconds(house: Settings, root: Sql, at_work: SealerMetrics) -> None:
    soon(lambda: any(service.place(house.home, database.log_id(root)).lines()))
    for _ in range(3):
        root.execute(writer.INSERT, writer.values(record()))
    soon(lambda: check(house).signed == 3)
    waited = root.execute("SELECT max(extract(epoch FROM sealed_at - recorded_at))::float8 FROM audit.log").fetchone()
    assert waited is not None
    assert waited[0] < 2


def test_a_batch_is_no_larger_than_its_limit_and_keeps_the_order(workshop: Workshop, root: Sql) -> None:
    for mark in range(1, 8):
        root.execute(writer.INSERT, writer.values(record(amount_minor=mark)))
    assert [workshop.sealer.seal(limit=3).total() for _ in range(4)] == [3, 3, 1, 0]
    assert amounts(root) == [1, 2, 3, 4, 5, 6, 7]


def test_only_one_of_two_sealers_works_and_the_other_takes_over(house: Settings, root: Sql) -> None:
    stops, metrics = [Event(), Event()], [SealerMetrics(), SealerMetrics()]
    production = Settings(**{**vars(house), "mode": "production"})
    threads = [
        Thread(target=service.run, args=(production, stop, metric)) for stop, metric in zip(stops, metrics, strict=True)
    ]
    for thread in threads:
        thread.start()

    def work_done(metric: SealerMetrics) -> float:
        return metric.registry.get_sample_value("teller_audit_records_total", {"kind": "money_movement"}) or 0

    for _ in range(20):
        root.execute(writer.INSERT, writer.values(record()))
    soon(lambda: sealed(root) == 20)
    assert sorted(map(work_done, metrics)) == [0, 20]
    worker = 0 if work_done(metrics[0]) else 1
    stops[worker].set()
    threads[worker].join(60)
    root.execute(writer.INSERT, writer.values(record()))
    soon(lambda: sealed(root) == 21)
    assert work_done(metrics[1 - worker]) == 1
    stops[1 - worker].set()
    threads[1 - worker].join(60)
    assert check(house).problem is None


def test_a_connection_that_is_not_the_only_one_is_told_so(workshop: Workshop, house: Settings) -> None:
    with database.open_connection(house.database_url, "teller_audit_sealer") as other:
        assert not become_the_only_one(other)


@contextmanager
def sealer_process(house: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "TELLER_HOME": str(house.home),
        "DATABASE_URL": house.database_url,
        "REDIS_URL": house.redis_url,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-W", "ignore", "-m", "common.audit", "seal"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_sealer_killed_in_the_middle_leaves_a_sound_log(house: Settings, root: Sql) -> None:
    with root.cursor() as cursor:
        cursor.executemany(writer.INSERT, [writer.values(record(amount_minor=n)) for n in range(1, 30_001)])
    for _ in range(2):
        before = sealed(root)
        with sealer_process(house) as process:
            soon(lambda: sealed(root) > before, 240)  # noqa: B023
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert sealed(root) < 30_000
    with sealer_process(house) as process:
        soon(lambda: sealed(root) == 30_000, 240)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert amounts(root) == list(range(1, 30_001))
    report = check(house)
    assert report.problem is None
    assert (report.last, report.signed, report.waiting) == (30_000, 30_000, 0)


def test_what_a_dead_sealer_left_unsigned_is_signed_by_the_next(workshop: Workshop, root: Sql) -> None:
    workshop.fill(3)
    root.execute(writer.INSERT, writer.values(record()))
    workshop.sealer.seal()
    assert (workshop.verify().last, workshop.verify().signed) == (4, 3)
    assert Sealer(workshop.sealing, workshop.place, workshop.key).begin() == 1
    assert workshop.verify().signed == 4


def test_a_sealer_that_wakes_after_it_was_replaced_signs_nothing(workshop: Workshop, root: Sql) -> None:
    workshop.fill(3)
    root.execute(writer.INSERT, writer.values(record()))
    workshop.sealer.seal()
    successor = Sealer(workshop.sealing, workshop.place, workshop.key)
    successor.begin()
    root.execute(writer.INSERT, writer.values(record()))
    successor.seal()
    successor.sign()
    workshop.sealer.sign()
    report = workshop.verify()
    assert (report.problem, report.signed) == (None, 5)


def test_a_lost_database_connection_is_taken_up_again(house: Settings, root: Sql, at_work: SealerMetrics) -> None:
    root.execute(writer.INSERT, writer.values(record()))
    soon(lambda: sealed(root) == 1)
    root.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    root.execute(writer.INSERT, writer.values(record()))
    soon(lambda: sealed(root) == 2)
    assert at_work.registry.get_sample_value("teller_audit_failures_total", {"kind": "database"}) == 1
    soon(lambda: check(house).signed == 2)


def test_a_place_that_takes_no_checkpoint_does_not_stop_the_sealing(
    house: Settings, root: Sql, at_work: SealerMetrics
) -> None:
    root.execute(writer.INSERT, writer.values(record()))
    soon(lambda: sealed(root) == 1 and check(house).signed == 1)
    folder = os.path.join(os.environ["TELLER_AUDIT_CHECKPOINTS"], database.log_id(root))
    os.rename(folder, f"{folder}.away")
    with open(folder, "w"):
        root.execute(writer.INSERT, writer.values(record()))
        soon(lambda: sealed(root) == 2)
        soon(lambda: bool(at_work.registry.get_sample_value("teller_audit_failures_total", {"kind": "checkpoint"})))
    os.remove(folder)
    os.rename(f"{folder}.away", folder)
    soon(lambda: check(house).signed == 2)


def test_an_unknown_kind_becomes_no_label(workshop: Workshop) -> None:
    metrics = SealerMetrics()
    metrics.sealed({"login": 2, "somebodys_name": 3}, 5)
    read = metrics.registry.get_sample_value
    assert read("teller_audit_records_total", {"kind": "login"}) == 2
    assert read("teller_audit_records_total", {"kind": "other"}) == 3
    assert read("teller_audit_records_total", {"kind": "somebodys_name"}) is None


@pytest.mark.parametrize("level", ["SERIALIZABLE", "REPEATABLE READ"])
def test_the_sealer_works_at_read_committed_whatever_the_database_says(
    workshop: Workshop, root: Sql, house: Settings, level: str
) -> None:
    name = root.info.dbname
    root.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level.lower()}'")
    try:
        with database.open_connection(house.database_url, "teller_audit_sealer") as connection:
            with connection.transaction():
                assert connection.execute("SHOW transaction_isolation").fetchone() == ("read committed",)
    finally:
        root.execute(f"ALTER DATABASE {name} RESET default_transaction_isolation")


def test_the_house_key_signs_whichever_process_made_it(workshop: Workshop, house: Settings) -> None:
    assert signing_key(load_keys(house)).public_key() == workshop.key.public_key()
