"""How often the head is signed."""

from __future__ import annotations

from common.audit.pace import LEAST_S, MOST, REFILL_S, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def signatures(clock: Clock, pace: Pace, seconds: float, every: float) -> int:
    """How many there are while something new comes `every` so many seconds."""
    number, end = 0, clock.now + seconds
    while clock.now < end:
        if pace.due():
            pace.spend()
            number += 1
        clock.now += every
    return number


def test_a_lone_record_is_signed_for_at_once() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert [signatures(clock, pace, 1, 1) for _ in range(5)] == [1] * 5


def test_two_signatures_are_never_closer_than_a_second() -> None:
    clock = Clock()
    assert signatures(clock, Pace(clock), 10 * LEAST_S, LEAST_S / 4) == 10


def test_a_load_that_lasts_makes_few_signatures_and_a_pause_gives_some_back() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert signatures(clock, pace, 86_400, 0.5) <= MOST + 86_400 / REFILL_S + 1
    assert signatures(clock, pace, 10, 1) <= 1
    clock.now += 5 * REFILL_S
    assert signatures(clock, pace, 10, 1) >= 5
