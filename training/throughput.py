"""Queries a second of the merged model on a GPU, in-process: batches of one shape, each replayed as a CUDA graph.

A Llama of 135 million parameters is bound by the launches of its small kernels; a graph launches them as one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from custom_components.intent_classifier import torch_features
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines import merged
from custom_components.intent_classifier.engines.engine import EngineError

_WARM_UP = 3
_FIRST_TOKEN, _LAST_TOKEN = 100, 40_000


@dataclass(frozen=True)
class Throughput:
    """`queries_per_second` of batches of `batch` queries; `batch_ms` is the median time of one batch."""

    batch: int
    queries_per_second: float
    batch_ms: float


def measure(artifact: Artifact, folder: Path, batch: int, tokens: int, seconds: float = 3.0) -> Throughput:
    """Replay batches of `batch` queries of `tokens` tokens for about `seconds`; ids go in, probabilities come out.

    Raises EngineError where there is no CUDA device.
    """
    if not torch.cuda.is_available():
        raise EngineError("throughput: no CUDA device here; run it on a machine with a GPU")
    llama = merged.load(artifact, folder).llama.to("cuda")
    head = nn.Linear(artifact.head.weight.shape[1], len(artifact.head.labels), device="cuda")
    head.weight.data.copy_(torch.from_numpy(artifact.head.weight))
    head.bias.data.copy_(torch.from_numpy(artifact.head.bias))
    arriving = torch.randint(_FIRST_TOKEN, _LAST_TOKEN, (batch, tokens)).pin_memory()
    ids, mask = arriving.to("cuda"), torch.ones(batch, tokens, dtype=torch.long, device="cuda")

    def classify() -> torch.Tensor:
        features = torch_features.features(llama, artifact.encoding, ids, mask)
        return torch.softmax(head(features) / artifact.head.temperature, dim=1)

    with torch.inference_mode():
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(_WARM_UP):
                classify()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            probabilities = classify()
        taken: list[float] = []
        ending = time.perf_counter() + seconds
        while time.perf_counter() < ending:
            started = time.perf_counter()
            ids.copy_(arriving, non_blocking=True)
            graph.replay()
            probabilities.cpu()
            taken.append(time.perf_counter() - started)
    return Throughput(batch, batch * len(taken) / sum(taken), 1000 * sorted(taken)[len(taken) // 2])
