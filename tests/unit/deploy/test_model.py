from __future__ import annotations

from pathlib import Path

import pytest

from deploy import model


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A house whose archive was trained; the list collects later trainings."""
    trainings: list[str] = []
    monkeypatch.setattr(model, "ROOT", tmp_path)
    monkeypatch.setattr(model, "ARCHIVE", tmp_path / "teller.tar.gz")
    monkeypatch.setattr(model, "_INPUTS", tmp_path / "teller.inputs")
    monkeypatch.setattr(model, "fingerprint", lambda: "inputs")
    monkeypatch.setattr(model, "train", lambda environment: trainings.append("trained"))
    model.ARCHIVE.write_bytes(b"an archive")
    model._INPUTS.write_text(f"inputs {model._digest(model.ARCHIVE)}")
    return trainings


def test_an_archive_of_todays_inputs_is_used_as_it_is(trained: list[str]) -> None:
    model.ensure({})
    assert trained == []


def test_changed_inputs_train_again(trained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "fingerprint", lambda: "other inputs")
    model.ensure({})
    assert trained == ["trained"]


def test_no_archive_trains(trained: list[str]) -> None:
    model.ARCHIVE.unlink()
    model.ensure({})
    assert trained == ["trained"]


def test_a_damaged_archive_stops_the_start(trained: list[str]) -> None:
    model.ARCHIVE.write_bytes(b"an archi")
    with pytest.raises(model.ModelError, match=r"teller\.tar\.gz is damaged .*make train"):
        model.ensure({})
    assert trained == []


def test_the_inputs_are_what_a_training_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(model, "ROOT", tmp_path)
    (tmp_path / "data").mkdir()
    for name in ("config.yml", "domain.yml", "data/rules.yml"):
        (tmp_path / name).write_text("a")
    before = model.fingerprint()
    (tmp_path / "README.md").write_text("b")
    assert model.fingerprint() == before
    (tmp_path / "data" / "rules.yml").write_text("b")
    assert model.fingerprint() != before
