from __future__ import annotations

from pathlib import Path

import pytest

from custom_components.intent_classifier.engines import kept
from custom_components.intent_classifier.engines.engine import EngineError


def test_a_folder_is_filled_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def fill(fresh: Path) -> None:
        made.append(fresh)
        (fresh / "weights").write_text("w")

    for _ in range(2):
        assert (kept.folder(tmp_path / "engine", fill) / "weights").read_text() == "w"
    assert len(made) == 1


def test_a_failed_filling_leaves_nothing_behind(tmp_path: Path) -> None:
    def fill(fresh: Path) -> None:
        (fresh / "half").write_text("h")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        kept.folder(tmp_path / "engine", fill)
    assert list(tmp_path.iterdir()) == []


def test_who_comes_second_takes_what_the_first_has_made(tmp_path: Path) -> None:
    def fill(fresh: Path) -> None:
        (tmp_path / "engine").mkdir()
        (tmp_path / "engine" / "weights").write_text("first")

    assert (kept.folder(tmp_path / "engine", fill) / "weights").read_text() == "first"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be written"):
        kept.folder(tmp_path / "file" / "engine", lambda fresh: None)
