"""Merged weights in bfloat16 under PyTorch: on a GPU where there is one, else on the CPU."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer
from torch import nn

from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines import merged
from custom_components.intent_classifier.engines.on_torch import OnTorch


class TorchEngine(OnTorch):
    """The adapter merged into the base; the reference that the other engines are held against."""

    name = "torch-bf16"

    def _tuned(self, artifact: Artifact, folder: Path) -> tuple[nn.Module, Tokenizer]:
        found = merged.load(artifact, folder)
        return found.llama, found.tokenizer
