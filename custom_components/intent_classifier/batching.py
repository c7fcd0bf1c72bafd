"""Sentences of many callers in one batch: whatever waits when the engine becomes free goes together.

Nobody waits for a batch to fill. One caller alone is answered as fast as by the engine itself; the more callers
there are, the larger the batches become.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from custom_components.intent_classifier.engines.engine import Engine, EngineBusy, EngineError

MOST_TOGETHER = 32
MOST_WAITING = 256
# From one word to a long sentence, so that kernels for several shapes are chosen before the first caller comes.
_WARM_UP = ["hello", "what is my balance", "why was my card payment abroad declined although there is money in it"]


@dataclass(frozen=True)
class _Asked:
    """One call: its sentences stay together and in order."""

    texts: list[str]
    answer: Future[np.ndarray] = field(default_factory=Future)


class MicroBatcher:
    """An engine for many callers at once, from threads (`features`) and from asyncio (`features_soon`).

    One worker thread asks the engine for up to `most_together` sentences at a time, first come, first served; a call
    with more goes alone. At most `most_waiting` sentences wait; a call of any size is taken when none does.
    """

    def __init__(self, engine: Engine, most_together: int = MOST_TOGETHER, most_waiting: int = MOST_WAITING) -> None:
        self.name = engine.name
        self._engine = engine
        self._most_together = most_together
        self._most_waiting = most_waiting
        self._lock = Lock()
        self._asked: deque[_Asked] = deque()
        self._waiting = 0
        self._closed = False
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batch")
        for count in range(1, len(_WARM_UP) + 1):
            self._worker.submit(engine.features, _WARM_UP[:count]).result()

    def features(self, texts: list[str]) -> np.ndarray:
        """float32 of shape (len(texts), hidden size); raises EngineBusy at once, or what the engine raised."""
        return self._ask(texts).result()

    async def features_soon(self, texts: list[str]) -> np.ndarray:
        """The same without blocking the event loop; a cancelled caller's sentences are not computed."""
        return await asyncio.wrap_future(self._ask(texts))

    def close(self) -> None:
        """Let the running batch end; whoever still waits gets an EngineError."""
        with self._lock:
            self._closed = True
            left, self._asked = self._asked, deque()
        for asked in left:
            if asked.answer.set_running_or_notify_cancel():
                asked.answer.set_exception(_closed())
        self._worker.shutdown()

    def _ask(self, texts: list[str]) -> Future[np.ndarray]:
        asked = _Asked(list(texts))
        with self._lock:
            if self._closed:
                raise _closed()
            if self._asked and self._waiting + len(texts) > self._most_waiting:
                raise EngineBusy("classifier: too many sentences are waiting; ask again shortly")
            self._asked.append(asked)
            self._waiting += len(texts)
            # One errand a call: some find nothing left to do, none is ever missing.
            self._worker.submit(self._serve)
        return asked.answer

    def _serve(self) -> None:
        batch = self._take()
        if not batch:
            return
        texts = [text for asked in batch for text in asked.texts]
        try:
            found = self._engine.features(texts)
            if len(found) != len(texts):
                raise EngineError(f"classifier: engine {self.name} gave {len(found)} answers to {len(texts)} sentences")
        except BaseException as error:  # whatever it is, a caller must not wait for ever
            for asked in batch:
                asked.answer.set_exception(error)
            return
        start = 0
        for asked in batch:
            asked.answer.set_result(found[start : start + len(asked.texts)])
            start += len(asked.texts)

    def _take(self) -> list[_Asked]:
        batch: list[_Asked] = []
        room = self._most_together
        with self._lock:
            while self._asked and (not batch or len(self._asked[0].texts) <= room):
                asked = self._asked.popleft()
                self._waiting -= len(asked.texts)
                if asked.answer.set_running_or_notify_cancel():
                    batch.append(asked)
                    room -= len(asked.texts)
        return batch


def _closed() -> EngineError:
    return EngineError("classifier: the engine is closed")
