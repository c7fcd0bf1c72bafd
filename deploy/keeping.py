"""Keeping a process alive: started again when it ends, with pauses that grow while it cannot live."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from subprocess import Popen, TimeoutExpired  # nosec B404: only its types
from threading import Event, Thread
from types import TracebackType
from typing import Any, Protocol

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
GOOD_LIFE_S = 60.0
_LOOK_S = 0.5


class Startable(Protocol):
    """A process with a name, which can say what it said last."""

    @property
    def name(self) -> str: ...
    @property
    def child(self) -> Popen[Any]: ...
    @property
    def last_words(self) -> str: ...
    def stop(self) -> None: ...


class Kept(AbstractContextManager["Kept"]):
    """Runs what `start` starts until the context ends; each end before that is told once on standard error."""

    def __init__(self, start: Callable[[], Startable], first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._start = start
        self._first_pause_s = first_pause_s
        self._ending = Event()
        self.process = start()
        self._keeper = Thread(target=self._keep, name=f"keeps the {self.process.name}", daemon=True)
        self._keeper.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._keeper.join()
        self.process.stop()

    def _keep(self) -> None:
        pause, said = self._first_pause_s, ""
        while True:
            started = time.monotonic()
            if not self._ended():
                return
            told = f"the {self.process.name} stopped and is started again: {self.process.last_words}"
            if told != said:
                print(f"warning: {told}", file=sys.stderr, flush=True)
            said = told
            if time.monotonic() - started > GOOD_LIFE_S:
                pause = self._first_pause_s
            if self._ending.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE_S)
            self.process = self._start()

    def _ended(self) -> bool:
        """Whether the process ended; False when the context does."""
        while not self._ending.is_set():
            try:
                self.process.child.wait(_LOOK_S)
                return not self._ending.is_set()
            except TimeoutExpired:
                continue
        return False
