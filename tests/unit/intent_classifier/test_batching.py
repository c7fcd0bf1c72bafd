"""The micro-batcher, over an engine whose features tell which sentence they belong to."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

import numpy as np
import pytest

from custom_components.intent_classifier.batching import MicroBatcher
from custom_components.intent_classifier.engines.engine import EngineBusy, EngineError

WAIT_S = 30


def feature(text: str) -> np.ndarray:
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype=np.uint8).astype(np.float32)


class Named:
    """Features are the sentence's hash; `gate` holds every call, "break" fails its batch, `calls` remembers."""

    name = "named"

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.gate = Event()
        self.gate.set()
        self._inside = Lock()

    def features(self, texts: list[str]) -> np.ndarray:
        assert self._inside.acquire(blocking=False), "two batches at once"
        try:
            self.calls.append(list(texts))
            assert self.gate.wait(WAIT_S)
            if "break" in texts:
                raise ValueError("out of memory")
            if "lose" in texts:
                texts = texts[1:]
            return np.stack([feature(text) for text in texts]) if texts else np.empty((0, 32), np.float32)
        finally:
            self._inside.release()


@pytest.fixture
def engine() -> Named:
    return Named()


@pytest.fixture
def batcher(engine: Named) -> Iterator[MicroBatcher]:
    made = MicroBatcher(engine, most_together=8, most_waiting=20)
    engine.calls.clear()
    yield made
    engine.gate.set()
    made.close()


def held(engine: Named, batcher: MicroBatcher, threads: ThreadPoolExecutor) -> Any:
    """A call that is inside the engine and stays there."""
    engine.gate.clear()
    first = threads.submit(batcher.features, ["first"])
    wait_until(lambda: engine.calls == [["first"]])
    return first


def wait_until(holds: Any) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def waiting(batcher: MicroBatcher, count: int) -> None:
    wait_until(lambda: len(batcher._asked) == count)


def test_the_engine_is_warmed_up_before_the_first_caller(engine: Named) -> None:
    MicroBatcher(engine).close()
    assert engine.calls


def test_an_engine_that_cannot_work_stops_the_start(engine: Named) -> None:
    class Broken(Named):
        def features(self, texts: list[str]) -> np.ndarray:
            raise EngineError("no device")

    with pytest.raises(EngineError, match="no device"):
        MicroBatcher(Broken())


@pytest.mark.parametrize("size", [0, 1, 8, 9, 100])
def test_a_call_of_any_size_is_answered_in_order_when_nothing_waits(
    engine: Named, batcher: MicroBatcher, size: int
) -> None:
    texts = [f"sentence {i}" for i in range(size)]
    found = batcher.features(texts)
    assert found.shape == (size, 32)
    assert all((row == feature(text)).all() for row, text in zip(found, texts, strict=True))
    assert engine.calls == [texts]


@pytest.mark.parametrize("seed", range(5))
def test_64_threads_each_get_their_own_answers(engine: Named, seed: int) -> None:
    batcher = MicroBatcher(engine, most_waiting=10_000)
    engine.calls.clear()

    def ask(caller: int) -> bool:
        chance = random.Random(seed * 1000 + caller)
        for turn in range(20):
            texts = [f"{caller} {turn} {i}" for i in range(chance.choice([1, 1, 1, 2, 5, 40]))]
            found = batcher.features(texts)
            if not all((row == feature(text)).all() for row, text in zip(found, texts, strict=True)):
                return False
        return True

    with ThreadPoolExecutor(64) as threads:
        assert all(threads.map(ask, range(64)))
    batcher.close()
    assert len(engine.calls) < 64 * 20, "nothing was ever batched"
    assert all(len(call) <= 32 or len({text.split()[0] for text in call}) == 1 for call in engine.calls)


def test_what_waits_goes_together_first_come_first_served(engine: Named, batcher: MicroBatcher) -> None:
    with ThreadPoolExecutor(16) as threads:
        calls = [held(engine, batcher, threads)]
        for number in range(10):
            calls.append(threads.submit(batcher.features, [f"text {number}"]))
            waiting(batcher, number + 1)
        engine.gate.set()
        assert [(call.result()[0] == feature(f"text {n}")).all() for n, call in enumerate(calls[1:])] == [True] * 10
    assert engine.calls[1:] == [[f"text {n}" for n in range(8)], ["text 8", "text 9"]]


def test_a_call_is_never_split_between_batches(engine: Named, batcher: MicroBatcher) -> None:
    with ThreadPoolExecutor(16) as threads:
        held(engine, batcher, threads)
        for number, size in enumerate([5, 5, 3]):
            threads.submit(batcher.features, [f"{number}"] * size)
            waiting(batcher, number + 1)
        engine.gate.set()
    assert engine.calls[1:] == [["0"] * 5, ["1"] * 5 + ["2"] * 3]


def test_too_many_waiting_sentences_are_refused_at_once(engine: Named, batcher: MicroBatcher) -> None:
    with ThreadPoolExecutor(32) as threads:
        held(engine, batcher, threads)
        kept = [threads.submit(batcher.features, [f"{n}a", f"{n}b"]) for n in range(10)]
        waiting(batcher, 10)
        started = time.monotonic()
        with pytest.raises(EngineBusy, match="ask again"):
            batcher.features(["one too many"])
        assert time.monotonic() - started < 1
        engine.gate.set()
        assert all(len(call.result()) == 2 for call in kept)
    assert (batcher.features(["again"])[0] == feature("again")).all()


@pytest.mark.parametrize(("word", "raised"), [("break", ValueError), ("lose", EngineError)])
def test_a_failure_reaches_the_callers_of_that_batch_and_no_other(
    engine: Named, batcher: MicroBatcher, word: str, raised: type[Exception]
) -> None:
    with ThreadPoolExecutor(16) as threads:
        first = held(engine, batcher, threads)
        together = []
        for number, text in enumerate(["a", word, *"bcdefg"]):
            together.append(threads.submit(batcher.features, [text]))
            waiting(batcher, number + 1)
        later = threads.submit(batcher.features, ["later"])
        waiting(batcher, 9)
        engine.gate.set()
        assert [type(call.exception(WAIT_S)) for call in together] == [raised] * 8
        assert (first.result()[0] == feature("first")).all()
        assert (later.result()[0] == feature("later")).all()


def test_closing_ends_who_waits_and_refuses_who_comes_later(engine: Named, batcher: MicroBatcher) -> None:
    with ThreadPoolExecutor(16) as threads:
        inside = held(engine, batcher, threads)
        left = [threads.submit(batcher.features, [f"{n}"]) for n in range(5)]
        waiting(batcher, 5)
        closing = threads.submit(batcher.close)
        assert [type(call.exception(WAIT_S)) for call in left] == [EngineError] * 5
        assert not closing.done()
        engine.gate.set()
        assert (inside.result()[0] == feature("first")).all()
        closing.result(WAIT_S)
    with pytest.raises(EngineError, match="closed"):
        batcher.features(["late"])
    assert engine.calls == [["first"]]


async def test_coroutines_get_their_own_answers_and_leave_the_loop_free(engine: Named) -> None:
    batcher = MicroBatcher(engine, most_waiting=1000)
    engine.calls.clear()
    engine.gate.clear()
    asked = [asyncio.create_task(batcher.features_soon([f"{n}", f"{n}!"])) for n in range(50)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in asked)
    engine.gate.set()
    for n, found in enumerate(await asyncio.gather(*asked)):
        assert (found[0] == feature(f"{n}")).all()
        assert (found[1] == feature(f"{n}!")).all()
    assert len(engine.calls) < 50
    await asyncio.to_thread(batcher.close)


async def test_a_coroutine_that_gave_up_costs_nothing(engine: Named, batcher: MicroBatcher) -> None:
    engine.gate.clear()
    first = asyncio.create_task(batcher.features_soon(["first"]))
    while engine.calls != [["first"]]:
        await asyncio.sleep(0.001)
    gave_up = asyncio.create_task(batcher.features_soon(["gave up"]))
    stayed = asyncio.create_task(batcher.features_soon(["stayed"]))
    await asyncio.sleep(0)
    assert len(batcher._asked) == 2
    gave_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gave_up
    engine.gate.set()
    assert (await first).shape == (await stayed).shape == (1, 32)
    assert engine.calls == [["first"], ["stayed"]]
