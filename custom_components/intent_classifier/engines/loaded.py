"""Engines by name, one of each per process: training and serving in one process share the weights.

An engine's module is imported when the engine is chosen, so that the libraries of the others need not be there.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier.batching import MicroBatcher
from custom_components.intent_classifier.engines.engine import DEFAULTS, Engine, EngineError, Options

ENGINES = {
    "onnx-int8": ("onnx_int8", "OnnxInt8Engine"),
    "torch-bf16": ("torch_bf16", "TorchEngine"),
    "torch-4bit": ("torch_4bit", "FourBitEngine"),
    "remote": ("remote", "RemoteEngine"),
}


_Key = tuple[str, str, Path, Path, Options]


def engine(name: str, artifact: artifacts.Artifact, folder: Path, options: Options = DEFAULTS) -> Engine:
    """The engine `name` for `artifact`, whose own files lie under `folder`.

    Raises EngineError for an unknown name, and whatever keeps the engine from starting.
    """
    return _load(_key(name, artifact, folder, options))


def batched(name: str, artifact: artifacts.Artifact, folder: Path, options: Options = DEFAULTS) -> MicroBatcher:
    """The same engine behind the process's one micro-batcher for it, for many callers at once."""
    return _batch(_key(name, artifact, folder, options))


def _key(name: str, artifact: artifacts.Artifact, folder: Path, options: Options) -> _Key:
    if name not in ENGINES:
        raise EngineError(f"classifier: no engine {name!r}; choose one of {', '.join(sorted(ENGINES))}")
    return name, artifact.digest, artifact.folder, folder, options


@lru_cache(maxsize=2)
def _load(key: _Key) -> Engine:
    name, _, artifact_folder, folder, options = key
    module, kind = ENGINES[name]
    try:
        make = getattr(import_module(f"{__package__}.{module}"), kind)
    except ImportError as error:
        raise EngineError(f"classifier: engine {name} needs {error.name}; run `make install`") from error
    return make(artifacts.load(artifact_folder), folder, options)


@lru_cache(maxsize=2)
def _batch(key: _Key) -> MicroBatcher:
    return MicroBatcher(_load(key))
