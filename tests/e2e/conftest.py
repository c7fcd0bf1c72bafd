"""The whole house, started as `make run` starts it, in a temporary home on free ports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 900


@dataclass(frozen=True)
class Running:
    """A running house: its address, its folder and its supervisor."""

    url: str
    home: Path
    supervisor: subprocess.Popen

    @property
    def logins(self) -> dict[str, dict[str, str]]:
        return json.loads((self.home / "logins.json").read_text())

    @property
    def servers(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.home / "env").read_text().splitlines())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_house(folder: Path) -> Iterator[Running]:
    """A house in `folder`, which may hold the data of an earlier one; stopped at the end."""
    port = free_port()
    environment = os.environ | {
        "TELLER_HOME": str(folder),
        "TELLER_PORT": str(port),
        "TELLER_ACTION_PORT": str(free_port()),
        "TELLER_RATE_LIMIT": "10000",
    }
    for name in ("DATABASE_URL", "REDIS_URL", "TELLER_KEYS", "TELLER_MODE"):
        environment.pop(name, None)
    log = folder / "supervisor.log"
    with log.open("w") as file:
        command = [sys.executable, "-W", "ignore", "-m", "deploy.local", "run"]
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)
    running = Running(f"http://127.0.0.1:{port}", folder, child)
    try:
        wait_until_ready(running, log)
        yield running
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(60)


@pytest.fixture(scope="session")
def house() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="teller-e2e-") as folder:
        Path(folder).chmod(0o755)
        with running_house(Path(folder)) as running:
            yield running


def wait_until_ready(running: Running, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert running.supervisor.poll() is None, log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{running.url}/health/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"not ready within {START_SECONDS} s: {log.read_text()[-3000:]}")


@pytest.fixture
def server_url(house: Running) -> str:
    return house.url


@pytest.fixture
def logins(house: Running) -> dict[str, dict[str, str]]:
    return house.logins
