"""Merged weights in bfloat16 under PyTorch: on a GPU where there is one, else on the CPU."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from custom_components.intent_classifier import encoder
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines.merged import load

_BATCH = 32


class TorchEngine:
    """Batches of sentences sorted by length, so that little is padded."""

    name = "torch-bf16"

    def __init__(self, artifact: Artifact, folder: Path) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        # All of the work happens in one thread: OpenMP counts the threads of every team it has ever made, and with
        # more of them than cores it stops spinning, which doubles the time of a query.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="llama")
        self._thread.submit(self._start, artifact, folder).result()

    def features(self, texts: list[str]) -> np.ndarray:
        return self._thread.submit(self._features, texts).result()

    def _start(self, artifact: Artifact, folder: Path) -> None:
        merged = load(artifact, folder)
        self._llama = merged.llama.to(self._device)
        self._tokenizer = merged.tokenizer
        self._hidden = int(artifact.class_means.shape[1])
        self._encoding = artifact.encoding
        self._features(["warm up"])

    def _features(self, texts: list[str]) -> np.ndarray:
        sequences = encoder.tokenise(self._tokenizer, self._encoding, texts)
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        found = np.empty((len(texts), self._hidden), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), _BATCH):
                chosen = order[start : start + _BATCH]
                ids, mask = encoder.pad([sequences[i] for i in chosen])
                batch = encoder.features(self._llama, self._encoding, ids.to(self._device), mask.to(self._device))
                found[chosen] = batch.cpu().numpy()
        return found
