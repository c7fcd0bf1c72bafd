"""Keeping a process alive: started again when it ends, with pauses that grow, until it is clear that it cannot live."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from subprocess import Popen, TimeoutExpired  # nosec B404: only its types
from threading import Event, Thread
from types import TracebackType
from typing import Any, Protocol

from common.processes import ProcessState

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
GOOD_LIFE_S = 60.0
SHORT_LIVES = 5
_LOOK_S = 0.2


class KeepingError(RuntimeError):
    """A process cannot be kept alive; the message quotes it."""


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
    """Runs what `start` starts until the context ends; each end before that is told once on standard error.

    SHORT_LIVES lives in a row, each shorter than GOOD_LIFE_S, are its last ones: then `require_hope` raises.
    `told` hears of every change, in the keeper's thread.
    """

    def __init__(
        self,
        start: Callable[[], Startable],
        first_pause_s: float = FIRST_PAUSE_S,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._start = start
        self._first_pause_s = first_pause_s
        self._told = told
        self._ending = Event()
        self._restarts = 0
        self._short_lives = 0
        self._end: str | None = None
        self._given_up = False
        self.process = start()
        self.name = self.process.name
        self._keeper = Thread(target=self._keep, name=f"keeps the {self.name}", daemon=True)
        self._keeper.start()

    @property
    def state(self) -> ProcessState:
        return ProcessState(up=self.process.child.poll() is None, restarts=self._restarts)

    def require_first_life(self) -> None:
        """Raise KeepingError if the process ended since it was first started."""
        if self._end is not None:
            raise KeepingError(f"the {self.name} stopped with {self._end}")

    def require_hope(self) -> None:
        """Raise KeepingError if the process is not started again any more."""
        if self._given_up:
            lives = f"{SHORT_LIVES} times, each time within a minute of its start, the last time"
            raise KeepingError(f"the {self.name} stopped {lives} with {self._end}")

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
            self._end = _how_it_ended(self.process)
            if time.monotonic() - started > GOOD_LIFE_S:
                pause, self._short_lives = self._first_pause_s, 0
            self._short_lives += 1
            if self._short_lives >= SHORT_LIVES:
                self._given_up = True
                self._told()
                return
            told = f"the {self.name} stopped with {self._end}; it is started again"
            if told != said:
                print(f"warning: {told}", file=sys.stderr, flush=True)
            said = told
            self._told()
            if self._ending.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE_S)
            try:
                self.process = self._start()
            except OSError as error:  # no memory, no process to spare: as good as a life that ended at once
                print(f"warning: the {self.name} cannot be started: {error.strerror}", file=sys.stderr, flush=True)
                continue
            self._restarts += 1
            self._told()

    def _ended(self) -> bool:
        """Whether the process ended; False when the context does."""
        while not self._ending.is_set():
            try:
                self.process.child.wait(_LOOK_S)
                return not self._ending.is_set()
            except TimeoutExpired:
                continue
        return False


def _how_it_ended(process: Startable) -> str:
    """Its status and last words, or the signal that killed it, in which case what it said last tells nothing."""
    status = process.child.returncode
    if status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"status {status}; its last words: {process.last_words}"
