"""Merged weights in 8-bit integers under ONNX Runtime: the engine for a CPU.

Serving imports neither PyTorch nor transformers; they are needed once, to write the graph. The embedding table stays
on disk in half precision and is mapped: a sentence touches a few rows of it.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404: our own program only
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from common.settings import ROOT
from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier import encoder
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.base_files import BaseModelError
from custom_components.intent_classifier.engines import kept
from custom_components.intent_classifier.engines.engine import DEFAULTS, EngineError, Options

_GRAPH, _WEIGHTS, _EMBEDDINGS, _TOKENIZER = "model.onnx", "model.weights", "embeddings.npy", "tokenizer.json"
_REVISION = 2  # of what `export` writes: an earlier one is made anew
_BATCH = 32
_UNSEEN = -1e4  # added to a score, its share of the attention is zero


class OnnxInt8Engine:
    """Batches of sentences sorted by length, so that little is padded."""

    name: ClassVar[str] = "onnx-int8"

    def __init__(self, artifact: Artifact, folder: Path, options: Options = DEFAULTS) -> None:
        files = kept.folder(
            folder / f"{artifact.digest[:16]}-{self.name}-{_REVISION}",
            lambda fresh: _export_apart(artifact, folder, fresh),
        )
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = len(os.sched_getaffinity(0))
        settings.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(files / _GRAPH), settings, providers=["CPUExecutionProvider"]
            )
            self._embeddings = np.load(files / _EMBEDDINGS, mmap_mode="r")
            self._tokenizer = Tokenizer.from_file(str(files / _TOKENIZER))
        except Exception as error:  # onnxruntime and tokenizers raise plain Exceptions for unreadable files
            raise EngineError(f"classifier: {files} cannot be read; remove it and start again") from error
        self._encoding = artifact.encoding
        self.features(["warm up"])

    def features(self, texts: list[str]) -> np.ndarray:
        sequences = encoder.tokenise(self._tokenizer, self._encoding, texts)
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        found = np.empty((len(texts), self._embeddings.shape[1]), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            found[chosen] = self._session.run(None, self._inputs([sequences[i] for i in chosen]))[0]
        return found

    def _inputs(self, sequences: list[list[int]]) -> dict[str, np.ndarray]:
        batch, length = len(sequences), max(map(len, sequences))
        padded = np.zeros((batch, length), dtype=np.int64)  # a token like any other: rows of zeros have no scale
        weights = np.zeros((batch, length, 1), dtype=np.float32)
        mask = np.full((batch, 1, length, length), _UNSEEN, dtype=np.float32)
        for row, ids in enumerate(sequences):
            padded[row, : len(ids)] = ids
            mask[row, :, :, : len(ids)] = 0
            if self._encoding.pooling == "mean":
                weights[row, : len(ids)] = 1 / len(ids)
            else:
                weights[row, len(ids) - 1] = 1
        if not self._encoding.bidirectional:
            mask[:, :, ~np.tri(length, dtype=bool)] = _UNSEEN
        positions = np.broadcast_to(np.arange(length), (batch, length))
        embedded = self._embeddings[padded].astype(np.float32)
        return {"embedded": embedded, "positions": positions, "mask": mask, "weights": weights}


def _export_apart(artifact: Artifact, folder: Path, target: Path) -> None:
    """`export` in a process of its own: the gigabyte it takes is given back with it."""
    paths = [str(path.resolve()) for path in (artifact.folder, folder, target)]
    command = [sys.executable, "-W", "ignore", "-m", "custom_components.intent_classifier.engines.onnx_int8", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # nosec B603: fixed program
    if done.returncode:
        raise EngineError(done.stderr.strip().rpartition("\n")[2] or "classifier: the graph could not be written")


def export(artifact: Artifact, folder: Path, target: Path) -> None:
    """Write the merged model as a quantised graph, an embedding table and a tokenizer into `target`."""
    import onnx
    import torch

    from custom_components.intent_classifier.engines import llama_graph, merged

    tuned = merged.load(artifact, folder)
    config: Any = tuned.llama.config
    tensors = {name: value.to(torch.float32).numpy() for name, value in tuned.llama.named_parameters()}
    np.save(target / _EMBEDDINGS, tensors.pop("embed_tokens.weight").astype(np.float16))
    shape = llama_graph.Shape(
        hidden=config.hidden_size,
        intermediate=config.intermediate_size,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        key_value_heads=config.num_key_value_heads,
        epsilon=config.rms_norm_eps,
        rope_theta=config.rope_parameters["rope_theta"],
        longest=artifact.encoding.max_tokens,
    )
    onnx.save(llama_graph.build(shape, tensors), target / _GRAPH, save_as_external_data=True, location=_WEIGHTS)
    tuned.tokenizer.save(str(target / _TOKENIZER))


if __name__ == "__main__":
    source, engines, fresh = map(Path, sys.argv[1:])
    try:
        export(artifacts.load(source), engines, fresh)
    except (artifacts.ArtifactError, BaseModelError, EngineError) as error:
        sys.exit(str(error))
