"""Memory and speed of the ways to fine-tune: full, LoRA, QLoRA, QLoRA with LoRA+, on whatever device there is.

Random weights do: neither bytes nor seconds depend on their values. Bytes are counted tensor by tensor (weights,
gradients, optimiser) and, on a GPU, the rest up to the allocator's peak is what the activations took.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from transformers import LlamaConfig, LlamaModel

from training.model import build, parameter_groups
from training.settings import TrainingSettings

SHAPES = {
    "135m": LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        pad_token_id=0,
        use_cache=False,
    ),
    "1b": LlamaConfig(
        vocab_size=128256,
        hidden_size=2048,
        intermediate_size=8192,
        num_hidden_layers=16,
        num_attention_heads=32,
        num_key_value_heads=8,
        pad_token_id=0,
        use_cache=False,
    ),
}
METHODS = ("full", "lora", "qlora", "qlora+")
_LABELS, _MB = 110, 1 / 2**20


@dataclass(frozen=True)
class Footprint:
    """MiB by part, peak MiB (None on a CPU, whose allocator does not tell), and steps a second."""

    method: str
    trained_parameters: int
    weights: float
    gradients: float
    optimiser: float
    peak: float | None
    steps_per_second: float


def measure(shape: str, method: str, batch_size: int, tokens: int, steps: int, checkpointing: bool) -> Footprint:
    """Run `steps` optimiser steps of `batch_size` sentences of `tokens` tokens after two that are not counted."""
    settings = TrainingSettings(
        quantisation="nf4" if method.startswith("qlora") else "none",
        keep_dequantised=False,
        loraplus_ratio=4.0 if method == "qlora+" else 1.0,
        gradient_checkpointing=checkpointing,
        pooling="mean",
        bidirectional=True,
    )
    torch.manual_seed(settings.seed)
    vocabulary = SHAPES[shape].vocab_size or 1
    on_gpu = torch.cuda.is_available()
    gc.collect()
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    model = build(LlamaModel._from_config(SHAPES[shape], dtype=torch.bfloat16), settings, _LABELS).train()
    if method == "full":
        model.llama = model.llama.unload()
        model.float().requires_grad_(True)  # float32 masters under bfloat16 arithmetic, as mixed precision has them
    trained = [value for value in model.parameters() if value.requires_grad]
    groups = [{"params": trained, "lr": 1e-5}] if method == "full" else parameter_groups(model, settings)
    optimiser = torch.optim.AdamW(groups)
    device = next(model.parameters()).device
    batch = {
        "input_ids": torch.randint(1, vocabulary, (batch_size, tokens), device=device),
        "attention_mask": torch.ones(batch_size, tokens, dtype=torch.long, device=device),
        "labels": torch.randint(0, _LABELS, (batch_size,), device=device),
    }
    started = 0.0
    for step in range(steps + 2):
        if step == 2:
            _finish(on_gpu)
            started = time.perf_counter()
        optimiser.zero_grad()
        model(**batch)["loss"].backward()
        optimiser.step()
    _finish(on_gpu)
    return Footprint(
        method=method,
        trained_parameters=sum(value.numel() for value in trained),
        weights=_megabytes(_stored(model)),
        gradients=_megabytes(value.grad for value in trained if value.grad is not None),
        optimiser=_megabytes(
            value for state in optimiser.state.values() for value in state.values() if torch.is_tensor(value)
        ),
        peak=torch.cuda.max_memory_allocated() * _MB if on_gpu else None,
        steps_per_second=steps / (time.perf_counter() - started),
    )


def _finish(on_gpu: bool) -> None:
    if on_gpu:
        torch.cuda.synchronize()


def _stored(model: torch.nn.Module) -> Iterable[torch.Tensor]:
    """Parameters, and the scales that belong to quantised ones."""
    for value in model.parameters():
        yield value
        state = getattr(value, "quant_state", None)
        while state is not None:
            yield from (part for part in (state.absmax, state.code, state.offset) if torch.is_tensor(part))
            state = state.state2


def _megabytes(tensors: Iterable[torch.Tensor]) -> float:
    return sum(value.numel() * value.element_size() for value in tensors) * _MB
