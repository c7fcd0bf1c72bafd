"""The model that is tuned: a base Llama in NF4 or bf16, LoRA on all its linear layers, and a head over features."""

from __future__ import annotations

import shutil
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from torch.nn.functional import cosine_similarity, kl_div, log_softmax
from transformers import LlamaModel

from custom_components.intent_classifier import encoder, torch_features
from custom_components.intent_classifier.engines import nf4
from training import teacher
from training.settings import SettingsInvalid, TrainingSettings


class IntentModel(nn.Module):
    """Features of the tuned Llama under a linear head.

    The loss is cross-entropy plus `distillation` times one minus the cosine between the projected features and the
    teacher's, plus `soft_labels` times the divergence from the teacher's probabilities, both at a temperature (Hinton
    et al. 2015).
    """

    def __init__(self, llama: PeftModel, encoding: encoder.Encoding, num_labels: int, settings: TrainingSettings):
        super().__init__()
        self.llama = llama
        self.encoding = encoding
        self.head = nn.Linear(llama.config.hidden_size, num_labels)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.loss = nn.CrossEntropyLoss(label_smoothing=settings.label_smoothing)
        self.distillation = settings.distillation
        self.soft_labels, self.soft_temperature = settings.soft_labels, settings.soft_temperature
        self.to_teacher = nn.Linear(llama.config.hidden_size, teacher.FEATURES) if settings.taught else None

    def features(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """(batch, hidden) float32."""
        with torch.autocast(input_ids.device.type, dtype=torch.bfloat16):
            return torch_features.features(self.llama, self.encoding, input_ids, attention_mask)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor,
        taught_features: torch.Tensor | None = None,
        taught_logits: torch.Tensor | None = None,
    ) -> dict[str, torch.Tensor]:
        features = self.features(input_ids, attention_mask)
        logits = self.head(features)
        loss = self.loss(logits, labels)
        if self.to_teacher is not None and taught_features is not None and taught_logits is not None:
            apart = 1 - cosine_similarity(self.to_teacher(features), taught_features)
            loss = loss + self.distillation * apart.mean() + self.soft_labels * self._divergence(logits, taught_logits)
        return {"loss": loss, "logits": logits}

    def _divergence(self, logits: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
        """From the teacher's probabilities; times the temperature squared, so that its gradient keeps its size."""
        own, other = (log_softmax(value / self.soft_temperature, dim=1) for value in (logits, taught))
        return self.soft_temperature**2 * kl_div(own, other, log_target=True, reduction="batchmean")

    def trained_state(self) -> dict[str, torch.Tensor]:
        """The tensors that training changes: adapter, head and projection."""
        return {name: value.detach().cpu() for name, value in self.named_parameters() if value.requires_grad}


def build(llama: LlamaModel, settings: TrainingSettings, num_labels: int) -> IntentModel:
    """The model of `settings` around the base in bfloat16, on a GPU where there is one.

    Raises SettingsInvalid when it is to be compiled and there is no compiler.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if settings.quantisation == "nf4":
        nf4.quantise(llama)
    nn.Module.to(llama, device)
    if settings.quantisation == "nf4" and settings.keep_dequantised:
        nf4.dequantise(llama)
    if device == "cpu":
        # PyTorch's fused attention takes a quarter of a training step on a CPU, the plain products a fiftieth.
        llama.set_attn_implementation("eager")
    if settings.gradient_checkpointing:
        llama.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        llama.enable_input_require_grads()
    adapter = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        use_rslora=settings.rslora,
        target_modules="all-linear",
    )
    encoding = encoder.Encoding(settings.lead, settings.pooling, settings.bidirectional, settings.max_tokens)
    adapted = get_peft_model(llama, adapter)
    if settings.compile:
        if device == "cpu" and not shutil.which("g++"):
            raise SettingsInvalid("training setting compile needs g++; install it or set `compile: false`")
        for layer in llama.layers:
            layer.compile(dynamic=True)
    return IntentModel(adapted, encoding, num_labels, settings).to(device)


def parameter_groups(model: IntentModel, settings: TrainingSettings) -> list[dict[str, Any]]:
    """LoRA+ groups: A at the base rate, B at a multiple of it, head and projection at a rate of their own."""
    rates = {"lora_A": settings.learning_rate, "lora_B": settings.learning_rate * settings.loraplus_ratio}
    groups: dict[float, list[nn.Parameter]] = {}
    for name, value in model.named_parameters():
        if value.requires_grad:
            rate = next((rate for part, rate in rates.items() if part in name), settings.head_learning_rate)
            groups.setdefault(rate, []).append(value)
    return [{"params": values, "lr": rate, "weight_decay": settings.weight_decay} for rate, values in groups.items()]
