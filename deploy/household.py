"""The processes of a house on one machine, each kept alive, and what the assistant's health doors tell of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType

from common import processes
from deploy.keeping import Kept, Startable


class Household(AbstractContextManager["Household"]):
    """Ends its processes in the opposite order of their start."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stack = ExitStack()
        self._kept: list[Kept] = []
        self._writing = Lock()

    def keep(self, start: Callable[[], Startable]) -> Kept:
        """Start a process and keep it alive."""
        kept = self._stack.enter_context(Kept(start, told=self._write))
        self._kept.append(kept)
        self._write()
        return kept

    def require_hope(self) -> None:
        """Raise KeepingError if one of the processes cannot be kept alive."""
        for kept in self._kept:
            kept.require_hope()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.close()
        finally:
            processes.forget(self._home)

    def _write(self) -> None:
        with self._writing:
            processes.write(self._home, {kept.name: kept.state for kept in self._kept})
