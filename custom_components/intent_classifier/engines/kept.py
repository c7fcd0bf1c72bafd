"""Folders that are made once and then kept: complete or not there, whoever makes them at the same time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from custom_components.intent_classifier.engines.engine import EngineError


def folder(path: Path, fill: Callable[[Path], None]) -> Path:
    """`path`, filled by `fill` the first time; raises EngineError when it cannot be written."""
    if path.is_dir():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="making-", dir=path.parent))
    except OSError as error:
        raise EngineError(f"classifier: {path.parent} cannot be written: {error}") from error
    try:
        fill(fresh)
        os.rename(fresh, path)
    except OSError as error:
        if not path.is_dir():
            raise EngineError(f"classifier: {path} cannot be written: {error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return path
