"""A transfer outlives the assistant: killed half-way and started again, it goes on and moves money once."""

from __future__ import annotations

import os
import signal
import tempfile
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import Running, running_house
from tests.e2e.test_doors import Customer


def assistant_of(house: Running) -> psutil.Process:
    children = psutil.Process(house.supervisor.pid).children()
    return next(child for child in children if "credentials.yml" in child.cmdline())


@pytest.mark.slow
def test_a_transfer_survives_a_killed_assistant() -> None:
    with tempfile.TemporaryDirectory(prefix="teller-restart-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_house(folder) as house:
            alex = Customer(house, "alex")
            before = alex.pounds()
            assert "Maya" in alex.say("send 8 pounds to Maya")
            os.kill(assistant_of(house).pid, signal.SIGKILL)
            assert house.supervisor.wait(60) == 1
        with running_house(folder) as house:
            again = Customer(house, "alex")
            again.session = alex.session
            again.say("yes")
            assert "£8.00" in again.say(again.code())
            assert before - again.pounds() == Decimal("8.00")
