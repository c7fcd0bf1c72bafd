"""What stops a start: one line that says what to do, a non-zero exit, nothing half-started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from deploy import local

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", ["TELLER_PORT", "TELLER_ACTION_PORT"])
def test_a_port_in_use_stops_the_start_before_anything_runs(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = os.environ | {"TELLER_HOME": str(tmp_path), name: str(port)}
        command = [sys.executable, "-W", "ignore", "-m", "deploy.local", "run"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        f"error: port {port} is in use; stop what uses it, or set TELLER_PORT / TELLER_ACTION_PORT"
    ]
    assert not (tmp_path / "postgres").exists()


def test_a_full_disk_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setenv("TELLER_HOME", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(free=1_000_000))
    with pytest.raises(local.StartError, match=r"has 1 MB free .* make room"):
        local._require_room()


def test_an_unknown_command_says_what_there_is() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "deploy.local", "dance"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (2, "usage: python -m deploy.local run|shell|train|test-core")


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("starting\nerror: no model\nbye", "no model"),
        ("Traceback\nValueError: bad\n", "ValueError: bad"),
        ("one\ntwo", "two"),
        ("", "nothing; see the logs under .teller/logs"),
    ],
)
def test_a_process_that_died_is_quoted_by_its_most_telling_line(tmp_path: Path, printed: str, told: str) -> None:
    output = tmp_path / "assistant.out"
    output.write_text(printed)
    assert local._last_words(output) == told
