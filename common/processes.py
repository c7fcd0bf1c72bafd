"""Which processes of a house on one machine live, as its supervisor last wrote it down; the assistant reads it.

Where nobody supervises (each process in a container of its own) there is no such file, and nothing is told.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "processes.json"


@dataclass(frozen=True)
class ProcessState:
    """`restarts` counts how often it was started again since the house came up."""

    up: bool
    restarts: int


def write(home: Path, states: Mapping[str, ProcessState]) -> None:
    """Replace what is known of the processes, whole."""
    draft = home / f"{FILE}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({name: asdict(state) for name, state in states.items()}, file)
    draft.replace(home / FILE)


def read(home: Path) -> dict[str, ProcessState]:
    """The processes by name; empty where nobody supervises."""
    try:
        known = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: ProcessState(**state) for name, state in known.items()}


def forget(home: Path) -> None:
    """The supervisor leaves."""
    with contextlib.suppress(FileNotFoundError):
        (home / FILE).unlink()
