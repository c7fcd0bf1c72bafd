"""A process that is kept lives until it is not kept any more, however often it dies."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.keeping import Kept


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
    assert capsys.readouterr().err == "warning: the tester stopped and is started again: no more\n"


def test_one_that_cannot_live_is_tried_again_and_again_and_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    start, started = starter("raise SystemExit(1)")
    with Kept(start, first_pause_s=0.01):
        soon(lambda: len(started) >= 4)
    number = len(started)
    time.sleep(0.3)
    assert len(started) == number
    assert capsys.readouterr().err.count("warning:") == 1
