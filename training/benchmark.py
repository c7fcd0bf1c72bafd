"""The served engine against plain ONNX Runtime dynamic int8, in one run: time, fidelity, memory.

The plain one is what anybody would do: the merged Llama exported by torch.onnx, then `quantize_dynamic`. Both get the
same token ids; rounds alternate between them, so that whatever else the machine does falls on both alike.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404: measures this interpreter's own memory
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import LlamaModel

from custom_components.intent_classifier import encoder, torch_features
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines import loaded, merged
from custom_components.intent_classifier.engines.engine import Engine
from training.data import Row

_BATCH = 32
_PAUSE_S = 0.02  # the threads of the engine before wait for more work by spinning
_SENTENCE = "I am still waiting for my new card, when will it arrive at home please"


@dataclass(frozen=True)
class Timing:
    """Milliseconds: median and 99th percentile of one query of 15 tokens, and a query's share in batches of 32."""

    p50: float
    p99: float
    batched: float


@dataclass(frozen=True)
class Fidelity:
    """Against the merged model in float32: accuracy's difference in points, and the share of equal labels."""

    accuracy_points: float
    same_label: float


@dataclass(frozen=True)
class Benchmark:
    """Both engines' figures; `resident_mb` is what the served engine adds to a process."""

    served: Timing
    plain: Timing
    served_fidelity: Fidelity
    plain_fidelity: Fidelity
    resident_mb: float


class PlainInt8:
    """torch.onnx.export and quantize_dynamic, with nothing else done to them."""

    name = "plain-int8"

    def __init__(self, artifact: Artifact, folder: Path, scratch: Path) -> None:
        tuned = merged.load(artifact, folder)
        self._tokenizer, self._encoding = tuned.tokenizer, artifact.encoding
        llama = cast(LlamaModel, tuned.llama.float())
        llama.set_attn_implementation("eager")
        _export(llama, scratch / "plain.onnx")
        quantize_dynamic(scratch / "plain.onnx", scratch / "int8.onnx", weight_type=QuantType.QInt8)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = len(os.sched_getaffinity(0))
        self._session = onnxruntime.InferenceSession(
            str(scratch / "int8.onnx"), settings, providers=["CPUExecutionProvider"]
        )

    def features(self, texts: list[str]) -> np.ndarray:
        sequences = encoder.tokenise(self._tokenizer, self._encoding, texts)
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        found: np.ndarray | None = None
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            ids, mask = torch_features.pad([sequences[i] for i in chosen])
            scores = torch_features.scores(mask, self._encoding.bidirectional, torch.float32)
            states = self._session.run(None, {"ids": ids.numpy(), "scores": scores.numpy()})[0]
            pooled = torch_features.pool(torch.from_numpy(states), mask, self._encoding.pooling).numpy()
            found = np.empty((len(texts), pooled.shape[1]), dtype=np.float32) if found is None else found
            found[chosen] = pooled
        assert found is not None  # nosec B101: there is at least one round
        return found


class _States(nn.Module):
    def __init__(self, llama: nn.Module) -> None:
        super().__init__()
        self.llama = llama

    def forward(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(ids.shape[1]).unsqueeze(0).expand_as(ids)
        return self.llama(
            input_ids=ids, attention_mask=scores, position_ids=positions, use_cache=False
        ).last_hidden_state


def _export(llama: nn.Module, path: Path) -> None:
    ids = torch.ones(2, 8, dtype=torch.long)
    torch.onnx.export(
        _States(llama),
        (ids, torch.zeros(2, 1, 8, 8)),
        str(path),
        input_names=["ids", "scores"],
        output_names=["states"],
        dynamic_axes={"ids": {0: "b", 1: "t"}, "scores": {0: "b", 2: "t", 3: "t"}},
        opset_version=17,
        dynamo=False,
    )


def run(name: str, artifact: Artifact, folder: Path, rows: list[Row], rounds: int = 300) -> Benchmark:
    """Time both engines in alternating rounds and compare their labels on `rows` with float32's."""
    served = loaded.engine(name, artifact, folder)
    reference = _labels(artifact, _float32(artifact, folder, [row.text for row in rows]))
    with tempfile.TemporaryDirectory() as scratch:
        plain = PlainInt8(artifact, folder, Path(scratch))
        fidelity = [_fidelity(engine, artifact, rows, reference) for engine in (served, plain)]
        one = _alternate(lambda: served.features([_SENTENCE]), lambda: plain.features([_SENTENCE]), rounds)
        many = [_SENTENCE] * _BATCH
        batch = _alternate(lambda: served.features(many), lambda: plain.features(many), max(rounds // 10, 5))
    timings = [
        Timing(float(np.percentile(a, 50)), float(np.percentile(a, 99)), float(np.percentile(b, 50)) / _BATCH)
        for a, b in zip(one, batch, strict=True)
    ]
    return Benchmark(timings[0], timings[1], fidelity[0], fidelity[1], _resident_mb(name, artifact, folder))


def _alternate(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    for _ in range(5):
        first(), second()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, times in zip((first, second), taken, strict=True):
            time.sleep(_PAUSE_S)
            started = time.perf_counter()
            work()
            times.append((time.perf_counter() - started) * 1000)
    return taken


def _labels(artifact: Artifact, features: np.ndarray) -> np.ndarray:
    return np.array(artifact.head.labels)[artifact.head.probabilities(features).argmax(axis=1)]


def _fidelity(engine: Engine | PlainInt8, artifact: Artifact, rows: list[Row], reference: np.ndarray) -> Fidelity:
    truth = np.array([row.intent for row in rows])
    # One sentence at a time, as it is served: a scale shared by a batch would flatter or harm by chance.
    given = _labels(artifact, np.concatenate([engine.features([row.text]) for row in rows]))
    points = 100 * float((given == truth).mean() - (reference == truth).mean())
    return Fidelity(points, float((given == reference).mean()))


def _float32(artifact: Artifact, folder: Path, texts: list[str]) -> np.ndarray:
    tuned = merged.load(artifact, folder)
    llama = tuned.llama.float()
    sequences = encoder.tokenise(tuned.tokenizer, artifact.encoding, texts)
    with torch.inference_mode():
        return np.concatenate(
            [torch_features.features(llama, artifact.encoding, *torch_features.pad([ids])).numpy() for ids in sequences]
        )


_MEMORY = """
import sys
from pathlib import Path
from typing import cast
from custom_components.intent_classifier import artifact
def resident():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
import numpy
before = resident()
from custom_components.intent_classifier.engines import loaded
engine = loaded.engine(sys.argv[1], artifact.load(Path(sys.argv[2])), Path(sys.argv[3]))
engine.features(["how much is left on my account"] * 32)
print(resident() - before)
"""


def _resident_mb(name: str, artifact: Artifact, folder: Path) -> float:
    """Megabytes a fresh process grows by when it loads the engine and answers a batch."""
    command = [sys.executable, "-W", "ignore", "-c", _MEMORY, name, str(artifact.folder), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # nosec B603: this interpreter
    return float(done.stdout.split()[-1])
