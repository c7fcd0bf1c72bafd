"""Engines by name, one of each per process: training and serving in one process share the weights."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier.engines.engine import Engine, EngineError
from custom_components.intent_classifier.engines.torch_bf16 import TorchEngine

_ENGINES = {TorchEngine.name: TorchEngine}


def engine(name: str, artifact: artifacts.Artifact, folder: Path) -> Engine:
    """The engine `name` for `artifact`, whose own files lie under `folder`; raises EngineError for an unknown name."""
    if name not in _ENGINES:
        raise EngineError(f"classifier: no engine {name!r}; choose one of {', '.join(sorted(_ENGINES))}")
    return _load(name, artifact.digest, artifact.folder, folder)


@lru_cache(maxsize=2)
def _load(name: str, digest: str, artifact_folder: Path, folder: Path) -> Engine:
    return _ENGINES[name](artifacts.load(artifact_folder), folder)
