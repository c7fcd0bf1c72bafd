"""The shipped artefact, and what happens when it is not whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from custom_components.intent_classifier import artifact

SHIPPED = Path(__file__).resolve().parents[3] / "models" / "intents"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "intents"))


def test_the_shipped_artifact_is_whole_and_small() -> None:
    loaded = artifact.load(SHIPPED)
    assert len(set(loaded.head.labels)) == len(loaded.head.labels) == 111
    assert loaded.head.weight.shape == loaded.class_means.shape == (111, 576)
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 25_000_000


@pytest.mark.parametrize(
    "name", ["artifact.json", "adapter_model.safetensors", "adapter_config.json", "head.safetensors"]
)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(artifact.ArtifactError, match=f"{name} is missing"):
        artifact.load(copy)


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json", "head.safetensors"])
def test_a_changed_file_is_named(copy: Path, name: str) -> None:
    with (copy / name).open("r+b") as file:
        file.seek(60)
        byte = file.read(1)
        file.seek(60)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(artifact.ArtifactError, match=f"{name} is damaged"):
        artifact.load(copy)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 9}'])
def test_a_broken_contract_is_refused(copy: Path, content: str) -> None:
    (copy / "artifact.json").write_text(content)
    with pytest.raises(artifact.ArtifactError):
        artifact.load(copy)


def test_no_banking77_sentence_is_in_the_contract() -> None:
    contract = json.loads((SHIPPED / "artifact.json").read_text())
    numbers = {"format", "temperature", "operating_point"}
    names = {"base", "base_quantisation", "encoding", "labels", "own_sentences_sha256", "files"}
    assert set(contract) == numbers | names
    assert set(contract["operating_point"]) == {"in_scope_scores", "in_scope", "fallback", "ambiguity"}
