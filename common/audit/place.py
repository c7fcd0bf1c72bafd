"""Where checkpoints are kept: outside the database, so that its master cannot rewrite both."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

_TAIL_BYTES = 16_384
_LEAST_LINES = 12


class PlaceError(RuntimeError):
    """Checkpoints cannot be read or written there."""


class Place(Protocol):
    """A list of lines that only ever grows."""

    def append(self, make: Callable[[bytes | None], bytes | None]) -> None:
        """Add, durably, the line that `make` builds from the last one, if any; nobody else appends meanwhile."""

    def lines(self) -> Iterator[bytes]:
        """Every line, oldest first, without its end."""

    def tail(self) -> list[bytes]:
        """The last lines, at least a dozen if there are so many."""


class Folder:
    """One file a month (`2026-01.jsonl`) in a folder, appended to, fsynced, readable by its owner only.

    A line without an end is one whose writer died in it: readers pass over it, the next writer takes it away.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def append(self, make: Callable[[bytes | None], bytes | None]) -> None:
        try:
            with self._alone():
                files = self._files()
                # A clock that was set back must not let an older file grow behind a newer one.
                path = max([self._folder / f"{datetime.now(timezone.utc):%Y-%m}.jsonl", *files[-1:]])
                if path not in files:
                    path.touch(mode=0o600)
                    _sync(self._folder)
                _end_at_a_line(path)
                line = make(next(iter(self.tail()[-1:]), None))
                if line is None:
                    return
                with path.open("ab") as file:
                    file.write(line + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            raise PlaceError(f"checkpoints cannot be written under {self._folder}: {error.strerror}") from error

    def lines(self) -> Iterator[bytes]:
        try:
            for path in self._files():
                with path.open("rb") as file:
                    for line in file:
                        if line.endswith(b"\n"):
                            yield line[:-1]
        except OSError as error:
            raise PlaceError(f"checkpoints cannot be read under {self._folder}: {error.strerror}") from error

    def tail(self) -> list[bytes]:
        try:
            lines: list[bytes] = []
            for path in reversed(self._files()):
                lines = _last_lines(path) + lines
                if len(lines) >= _LEAST_LINES:
                    break
            return lines
        except OSError as error:
            raise PlaceError(f"checkpoints cannot be read under {self._folder}: {error.strerror}") from error

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("????-??.jsonl"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        _make(self._folder)
        descriptor = os.open(self._folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _make(folder: Path) -> None:
    """A folder and its parents, for their owner only where they are new."""
    for one in (*reversed(folder.parents), folder):
        one.mkdir(mode=0o700, exist_ok=True)


def _last_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read()


def _last_lines(path: Path) -> list[bytes]:
    lines = _last_bytes(path).split(b"\n")[:-1]
    return lines if path.stat().st_size <= _TAIL_BYTES else lines[1:]


def _end_at_a_line(path: Path) -> None:
    tail = _last_bytes(path)
    unfinished = len(tail) - (tail.rfind(b"\n") + 1)
    if unfinished:
        os.truncate(path, path.stat().st_size - unfinished)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
