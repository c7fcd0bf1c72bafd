"""A process that is kept lives until it is not kept any more, however often it dies."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common import processes
from common.processes import ProcessState
from deploy import keeping
from deploy.household import Household
from deploy.keeping import KeepingError, Kept


@dataclass(frozen=True)
class Child:
    name: str
    child: subprocess.Popen[Any]
    last_words: str = "no more"

    def stop(self) -> None:
        self.child.kill()
        self.child.wait()


def starter(code: str) -> tuple[Callable[[], Child], list[Child]]:
    """What starts a process of this code, and what it started so far."""
    started: list[Child] = []

    def start() -> Child:
        started.append(Child("tester", subprocess.Popen([sys.executable, "-S", "-c", code])))
        return started[-1]

    return start, started


def soon(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_is_killed_is_started_again_and_ends_with_its_keeper(capsys: pytest.CaptureFixture[str]) -> None:
    start, started = starter("import time; time.sleep(60)")
    with Kept(start, first_pause_s=0.01) as kept:
        started[0].child.kill()
        soon(lambda: len(started) == 2)
        assert kept.process is started[1]
        assert started[1].child.poll() is None
    assert [one.child.poll() is None for one in started] == [False, False]
    assert capsys.readouterr().err == "warning: the tester stopped with signal SIGKILL; it is started again\n"


def test_one_that_cannot_live_is_given_up_after_five_short_lives_and_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start, started = starter("raise SystemExit(3)")
    with Kept(start, first_pause_s=0.01) as kept:
        soon(lambda: hopeless(kept) is not None)
        assert not kept.state.up
    assert hopeless(kept) == (
        "the tester stopped 5 times, each time within a minute of its start,"
        " the last time with status 3; its last words: no more"
    )
    assert len(started) == 5
    assert capsys.readouterr().err.count("warning:") == 1


def test_a_good_life_between_short_ones_gives_new_hope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "GOOD_LIFE_S", 0.0)
    start, started = starter("raise SystemExit(1)")
    with Kept(start, first_pause_s=0.01) as kept:
        soon(lambda: len(started) > 2 * keeping.SHORT_LIVES)
        assert hopeless(kept) is None


def test_a_process_that_cannot_be_started_again_is_given_up_too(capsys: pytest.CaptureFixture[str]) -> None:
    start, started = starter("raise SystemExit(1)")

    def start_once() -> Child:
        if started:
            raise OSError(12, "Cannot allocate memory")
        return start()

    with Kept(start_once, first_pause_s=0.01) as kept:
        soon(lambda: hopeless(kept) is not None)
    assert "warning: the tester cannot be started: Cannot allocate memory" in capsys.readouterr().err


def test_a_first_life_that_ends_is_told_at_once() -> None:
    start, _ = starter("raise SystemExit(4)")
    with Kept(start, first_pause_s=5) as kept:
        soon(lambda: not kept.state.up)
        soon(lambda: first_end(kept) is not None)
    assert first_end(kept) == "the tester stopped with status 4; its last words: no more"


def test_what_health_reads_follows_the_household_and_goes_with_it(tmp_path: Path) -> None:
    start, started = starter("import time; time.sleep(60)")
    with Household(tmp_path) as household:
        kept = household.keep(start)
        assert processes.read(tmp_path) == {"tester": ProcessState(up=True, restarts=0)}
        kept.process.child.kill()
        soon(lambda: processes.read(tmp_path)["tester"] == ProcessState(up=False, restarts=0))
        soon(lambda: processes.read(tmp_path)["tester"] == ProcessState(up=True, restarts=1))
        household.require_hope()
    assert processes.read(tmp_path) == {}
    assert [one.child.poll() is None for one in started] == [False, False]


def hopeless(kept: Kept) -> str | None:
    return refused(kept.require_hope)


def first_end(kept: Kept) -> str | None:
    return refused(kept.require_first_life)


def refused(ask: Callable[[], None]) -> str | None:
    try:
        ask()
    except KeepingError as error:
        return str(error)
    return None
