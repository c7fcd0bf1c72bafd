"""What scrubbing adds to a turn: the customer's words, two answers and the slots, with and without, in one run."""

from __future__ import annotations

import json
import statistics
import time
from random import Random

from common.privacy import digits
from common.privacy.exam import generator
from common.privacy.policy import Place
from common.privacy.scrubber import Scrubber

BAR_MS = 8.0
_TURNS = 200
_WARM_UP = 30
_KINDS = ("processor", "clock")
_ANSWERS = (
    "Your current account holds £1,204.50.",
    "Send £25.00 from your current account to Abena Boateng (account ending 9268)? The fee is £0.00, the total £25.00.",
    "Which account should the money come from?",
    "Is there anything else I can do for you?",
    "Your card ending 4242 is blocked. A new one arrives in three to five working days.",
)
_SLOTS = ("transfer_money_form", "current account", "yes")


def run(scrubber: Scrubber) -> bool:
    """Print milliseconds a turn; whether the middle one is within the bar."""
    scrubber.warm_up()
    plain, scrubbed = [], []
    for turn in turns():
        before = _clocks()
        json.dumps([text for text, _ in turn])
        between = _clocks()
        digits.runs.cache_clear()
        json.dumps([scrubber.scrub(text, place) for text, place in turn])
        after = _clocks()
        plain.append(_passed(before, between))
        scrubbed.append(_passed(between, after))
    plain, scrubbed = plain[_WARM_UP:], scrubbed[_WARM_UP:]
    print(f"{len(plain)} turns: one message, two answers, {len(_SLOTS)} slots each")
    added = [_line(kind, [turn[i] for turn in plain], [turn[i] for turn in scrubbed]) for i, kind in enumerate(_KINDS)]
    print(f"bar: {BAR_MS} ms of the processor, which is what an idle machine takes")
    return added[0] <= BAR_MS


def _clocks() -> tuple[float, float]:
    return time.thread_time(), time.perf_counter()


def _passed(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    return (after[0] - before[0]) * 1000, (after[1] - before[1]) * 1000


def _line(kind: str, plain: list[float], scrubbed: list[float]) -> float:
    added = statistics.median(scrubbed) - statistics.median(plain)
    cuts = statistics.quantiles(scrubbed, n=100)
    print(
        f"  {kind:9} without p50 {statistics.median(plain):7.2f} ms   with p50 {cuts[49]:7.2f}"
        f"   p95 {cuts[94]:7.2f}   p99 {cuts[98]:7.2f}   added p50 {added:7.2f} ms"
    )
    return added


def turns(seed: int = 5) -> list[list[tuple[str, Place]]]:
    """Mostly harmless messages, as customers write them; one in five holds a secret."""
    random = Random(seed)
    harmless, planted = generator.harmless(seed, "open"), generator.planted(seed, "open", each=1)
    made: list[list[tuple[str, Place]]] = []
    for index in range(_TURNS + _WARM_UP):
        said = random.choice(planted if index % 5 == 0 else harmless).text
        turn: list[tuple[str, Place]] = [(said, "user_text")]
        turn += [(answer, "bot_text") for answer in random.sample(_ANSWERS, 2)]
        made.append(turn + [(slot, "slot") for slot in _SLOTS])
    return made
