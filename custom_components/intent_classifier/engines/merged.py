"""The adapter merged into the base's weights: W + scale · B·A for every linear layer (Hu et al. 2021)."""

from __future__ import annotations

import json

from safetensors.torch import load_file
from torch import nn

from custom_components.intent_classifier import base_model
from custom_components.intent_classifier.artifact import Artifact, ArtifactError

_PREFIX, _A, _B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"


def load(artifact: Artifact) -> nn.Module:
    """The merged Llama in float32 on CPU, without a head.

    Raises ArtifactError when the adapter does not fit the base, BaseModelError without the base.
    """
    llama = base_model.load_model(base_model.find(artifact.base)).eval().requires_grad_(False)
    config = json.loads((artifact.folder / "adapter_config.json").read_text(encoding="utf-8"))
    rank = config["r"]
    scale = config["lora_alpha"] / (rank**0.5 if config.get("use_rslora") else rank)
    tensors = load_file(artifact.folder / "adapter_model.safetensors")
    for name in sorted(name for name in tensors if name.endswith(_A)):
        layer = name.removeprefix(_PREFIX).removesuffix(_A)
        try:
            weight = llama.get_submodule(layer).weight
            weight += scale * tensors[name.replace(_A, _B)].float() @ tensors[name].float()
        except (AttributeError, KeyError, RuntimeError) as error:
            raise ArtifactError(f"classifier: the adapter does not fit base {artifact.base} at {layer}") from error
    return llama
