"""Whatever happens in whatever order, the ledger neither loses nor doubles nor overdraws."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.ledger_machine import LedgerMachine
from tests.properties.world import World

STEPS_A_LIFE = 50
PHASES = (Phase.generate, Phase.shrink)


def live(world: World, steps: int) -> None:
    """Random lives until so many steps were taken."""
    wanted = world.steps + steps
    while world.steps < wanted:
        lives = max(1, (wanted - world.steps) // STEPS_A_LIFE)
        chosen = settings(
            max_examples=lives, stateful_step_count=STEPS_A_LIFE, deadline=None, database=None, phases=PHASES,
            suppress_health_check=list(HealthCheck), print_blob=True,
        )  # fmt: skip
        run_state_machine_as_test(lambda: LedgerMachine(world), settings=chosen)


def test_no_sequence_of_operations_breaks_the_ledger(world: World) -> None:
    live(world, int(os.environ.get("TELLER_PROPERTY_STEPS", "300")))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_operations_break_nothing(world: World) -> None:
    live(world, 10_000)
