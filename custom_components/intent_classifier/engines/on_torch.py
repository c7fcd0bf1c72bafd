"""What the PyTorch engines share: one thread that does all the work, and batches that are hardly padded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from custom_components.intent_classifier import encoder, torch_features
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines.engine import DEFAULTS, Options

_BATCH = 32


class OnTorch(ABC):
    """An engine over a PyTorch module, on a GPU where there is one; a subclass says which module."""

    name: str

    def __init__(self, artifact: Artifact, folder: Path, options: Options = DEFAULTS) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        # All of the work happens in one thread: OpenMP counts the threads of every team it has ever made, and with
        # more of them than cores it stops spinning, which doubles the time of a query.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="llama")
        self._thread.submit(self._start, artifact, folder).result()

    @abstractmethod
    def _tuned(self, artifact: Artifact, folder: Path) -> tuple[nn.Module, Tokenizer]:
        """The tuned Llama without a head, frozen, on CPU, and its tokenizer; what it keeps lies under `folder`."""

    def features(self, texts: list[str]) -> np.ndarray:
        return self._thread.submit(self._features, texts).result()

    def _start(self, artifact: Artifact, folder: Path) -> None:
        llama, self._tokenizer = self._tuned(artifact, folder)
        self._llama = llama.to(self._device)
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
                ids, mask = torch_features.pad([sequences[i] for i in chosen])
                batch = torch_features.features(
                    self._llama, self._encoding, ids.to(self._device), mask.to(self._device)
                )
                found[chosen] = batch.cpu().numpy()
        return found
