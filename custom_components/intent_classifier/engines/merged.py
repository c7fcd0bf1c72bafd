"""The adapter merged into the base's weights: W + scale · B·A for every linear layer (Hu et al. 2021).

Merging takes seconds, so the result is kept beside the other run-time files, named by the artefact's digest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError  # type: ignore[attr-defined]  # defined in its Rust module
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from transformers import LlamaConfig

from custom_components.intent_classifier import base_files, base_model
from custom_components.intent_classifier.artifact import ADAPTER_FILES, Artifact, ArtifactError
from custom_components.intent_classifier.engines import kept
from custom_components.intent_classifier.engines.engine import EngineError

_ADAPTER_CONFIG, _ADAPTER = ADAPTER_FILES
_PREFIX, _A, _B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
_WEIGHTS, _CONFIG = "model.safetensors", "config.json"


@dataclass(frozen=True)
class Merged:
    """The merged Llama without a head, in bfloat16 on CPU, and its tokenizer."""

    llama: nn.Module
    tokenizer: Tokenizer


def load(artifact: Artifact, folder: Path) -> Merged:
    """The merged model, made under `folder` the first time.

    Raises ArtifactError when the adapter does not fit the base, BaseModelError without the base, EngineError when
    what was kept cannot be read.
    """
    files = kept.folder(folder / artifact.digest[:16], lambda fresh: _write(artifact, fresh))
    try:
        config = LlamaConfig(**json.loads((files / _CONFIG).read_text(encoding="utf-8")))
        llama = base_model.assemble(config, load_file(files / _WEIGHTS))
        tokenizer = Tokenizer.from_file(str(files / base_model.TOKENIZER_FILE))
    except (OSError, ValueError, SafetensorError, base_files.BaseModelError) as error:
        raise EngineError(
            f"classifier: the merged model in {files} cannot be read; remove it and start again"
        ) from error
    return Merged(llama.eval().requires_grad_(False), tokenizer)


def _write(artifact: Artifact, folder: Path) -> None:
    llama, tokenizer = base_model.load(base_files.find(artifact.base), torch.bfloat16)
    if artifact.base_quantisation == "nf4":
        from custom_components.intent_classifier.engines import nf4

        nf4.quantise(llama)
        nn.Module.to(llama, "cpu")
        nf4.dequantise(llama)
    llama.float()
    state = {name: value.to(torch.bfloat16) for name, value in _merge(artifact, dict(llama.named_parameters())).items()}
    save_file(state, folder / _WEIGHTS)
    (folder / _CONFIG).write_text(llama.config.to_json_string(use_diff=False), encoding="utf-8")
    tokenizer.save(str(folder / base_model.TOKENIZER_FILE))


def _merge(artifact: Artifact, weights: dict[str, nn.Parameter]) -> dict[str, torch.Tensor]:
    config = json.loads((artifact.folder / _ADAPTER_CONFIG).read_text(encoding="utf-8"))
    rank = config["r"]
    scale = config["lora_alpha"] / (rank**0.5 if config.get("use_rslora") else rank)
    adapter = load_file(artifact.folder / _ADAPTER)
    merged = {name: weight.detach().contiguous() for name, weight in weights.items()}
    for name in sorted(name for name in adapter if name.endswith(_A)):
        layer = name.removeprefix(_PREFIX).removesuffix(_A)
        try:
            merged[f"{layer}.weight"] += scale * adapter[name.replace(_A, _B)].float() @ adapter[name].float()
        except (KeyError, RuntimeError) as error:
            raise ArtifactError(f"classifier: the adapter does not fit base {artifact.base} at {layer}") from error
    return merged
