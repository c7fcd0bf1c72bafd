"""What every engine offers: features of sentences, the same from each within the artefact's tolerance."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class EngineError(RuntimeError):
    """An engine does not start, or its files do not fit the artefact."""


class Engine(Protocol):
    """Turns sentences into features of the tuned Llama; safe to call from several threads."""

    name: str

    def features(self, texts: list[str]) -> np.ndarray:
        """float32 of shape (len(texts), hidden size)."""
        ...
