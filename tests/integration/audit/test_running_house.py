"""Tampering behind the back of a sealer at work: the verification names it, and nothing is chained onto it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from common.audit import service, writer
from common.audit.database import Sql
from common.audit.metrics import SealerMetrics
from common.audit.sealer import SealerError
from common.settings import Settings
from deploy import local
from deploy.keeping import Kept
from tests.integration.audit.test_tampering import master  # noqa: F401
from tests.integration.audit.workshop import check, sealed, soon
from tests.unit.common.audit.records import record

SWAP = "UPDATE audit.log SET sequence = 13 - sequence WHERE sequence IN (4, 9)"


@pytest.fixture
def failures(house: Settings) -> Iterator[list[Exception]]:
    """A sealer at work; why it stopped, if it did."""
    stop, found = Event(), list[Exception]()

    def work() -> None:
        try:
            service.run(dataclasses.replace(house, mode="production"), stop, SealerMetrics())
        except SealerError as error:
            found.append(error)

    thread = Thread(target=work)
    thread.start()
    yield found
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("statement", "fault", "sequence", "stops"),
    [
        ("UPDATE audit.log SET outcome = 'refused' WHERE sequence = 7", "changed", 7, False),
        (SWAP, "reordered", 4, False),
        ("DELETE FROM audit.log WHERE sequence > 10", "cut_off", 11, True),
        ("TRUNCATE audit.log", "cut_off", 1, True),
    ],
)
def test_tampering_with_a_running_house_is_named(
    house: Settings,
    master: Sql,  # noqa: F811
    failures: list[Exception],
    statement: str,
    fault: str,
    sequence: int,
    stops: bool,
) -> None:
    for _ in range(12):
        master.execute(writer.INSERT, writer.values(record()))
    soon(lambda: check(house).signed == 12)
    assert check(house).problem is None
    master.execute("ALTER TABLE audit.log DROP CONSTRAINT log_pkey")
    master.execute(statement)
    problem = check(house).problem
    assert problem is not None
    assert (problem.fault, problem.sequence) == (fault, sequence)
    master.execute(writer.INSERT, writer.values(record()))
    if stops:
        soon(lambda: bool(failures))
        assert "somebody else changed the audit log behind record 12" in str(failures[0])
        assert master.execute("SELECT count(*) FROM audit.intake").fetchone() == (1,)
    else:
        soon(lambda: master.execute("SELECT count(*) FROM audit.intake").fetchone() == (0,))
    again = check(house).problem
    assert again is not None
    assert (again.fault, again.sequence) == (fault, sequence)


def test_the_houses_sealer_is_started_again_when_it_is_killed(house: Settings, root: Sql) -> None:
    with Kept(lambda: local._sealer(house)) as kept:
        root.execute(writer.INSERT, writer.values(record()))
        soon(lambda: sealed(root) == 1, seconds=120)
        kept.process.child.kill()
        root.execute(writer.INSERT, writer.values(record()))
        soon(lambda: sealed(root) == 2, seconds=120)
    assert kept.process.child.returncode == 0
    report = check(house)
    assert (report.problem, report.signed) == (None, 2)
    assert '"sealing behind record 1' in (house.home / "logs" / "audit-sealer.log").read_text()
