"""The base in 4-bit with the adapter beside it, as it was trained: a quarter of the memory, for GPUs.

The adapter is not merged, because merging would quantise it as well. It also works on a CPU, slowly.
"""

from __future__ import annotations

import logging
from pathlib import Path

import torch
from peft import PeftModel
from tokenizers import Tokenizer
from torch import nn

from custom_components.intent_classifier import base_files, base_model
from custom_components.intent_classifier.artifact import Artifact, ArtifactError
from custom_components.intent_classifier.engines import nf4
from custom_components.intent_classifier.engines.on_torch import OnTorch

logger = logging.getLogger(__name__)


class FourBitEngine(OnTorch):
    """NF4 with double quantisation, arithmetic and adapter in bfloat16."""

    name = "torch-4bit"

    def _tuned(self, artifact: Artifact, folder: Path) -> tuple[nn.Module, Tokenizer]:
        if artifact.base_quantisation != "nf4":
            logger.warning("the adapter was not trained over 4 bits: some answers differ from the merged model's")
        llama, tokenizer = base_model.load(base_files.find(artifact.base), torch.bfloat16)
        nf4.quantise(llama)
        try:
            adapted = PeftModel.from_pretrained(llama, str(artifact.folder), autocast_adapter_dtype=False)
        except (KeyError, RuntimeError, ValueError) as error:
            raise ArtifactError(f"classifier: the adapter does not fit base {artifact.base}") from error
        return adapted.eval().requires_grad_(False), tokenizer
