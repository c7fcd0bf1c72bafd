"""The model that is tuned: a base Llama in NF4 or bf16, LoRA on all its linear layers, and a head over features."""

from __future__ import annotations

import bitsandbytes as bnb
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import LlamaModel

from custom_components.intent_classifier import encoder
from training.settings import TrainingSettings


class IntentModel(nn.Module):
    """Features of the tuned Llama under a linear head; the loss is cross-entropy with label smoothing."""

    def __init__(self, llama: PeftModel, encoding: encoder.Encoding, num_labels: int, label_smoothing: float) -> None:
        super().__init__()
        self.llama = llama
        self.encoding = encoding
        self.head = nn.Linear(llama.config.hidden_size, num_labels)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.loss = nn.CrossEntropyLoss(label_smoothing=label_smoothing)

    def features(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """(batch, hidden) float32."""
        with torch.autocast(input_ids.device.type, dtype=torch.bfloat16):
            return encoder.features(self.llama, self.encoding, input_ids, attention_mask)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        logits = self.head(self.features(input_ids, attention_mask))
        return {"loss": self.loss(logits, labels), "logits": logits}

    def trained_state(self) -> dict[str, torch.Tensor]:
        """The tensors that training changes: adapter and head."""
        return {name: value.detach().cpu() for name, value in self.named_parameters() if value.requires_grad}


def build(llama: LlamaModel, settings: TrainingSettings, num_labels: int) -> IntentModel:
    """The model of `settings` around the base in bfloat16, on a GPU where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if settings.quantisation == "nf4":
        _quantise(llama, settings.double_quantisation)
    nn.Module.to(llama, device)
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
    model = IntentModel(get_peft_model(llama, adapter), encoding, num_labels, settings.label_smoothing)
    return model.to(device)


def parameter_groups(model: IntentModel, settings: TrainingSettings) -> list[dict]:
    """LoRA+ groups: A at the base rate, B at a multiple of it, the head at a rate of its own."""
    named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    rate, decay = settings.learning_rate, settings.weight_decay
    return [
        {"params": [p for n, p in named if "lora_A" in n], "lr": rate, "weight_decay": decay},
        {"params": [p for n, p in named if "lora_B" in n], "lr": rate * settings.loraplus_ratio, "weight_decay": decay},
        {
            "params": [p for n, p in named if n.startswith("head.")],
            "lr": settings.head_learning_rate,
            "weight_decay": decay,
        },
    ]


def _quantise(llama: LlamaModel, double: bool) -> None:
    for name, linear in list(llama.named_modules()):
        if isinstance(linear, nn.Linear):
            parent, _, attribute = name.rpartition(".")
            setattr(llama.get_submodule(parent), attribute, _nf4(linear, double))


def _nf4(linear: nn.Linear, double: bool) -> bnb.nn.Linear4bit:
    quantised = bnb.nn.Linear4bit(
        linear.in_features,
        linear.out_features,
        bias=False,
        compute_dtype=torch.bfloat16,
        compress_statistics=double,
        quant_type="nf4",
    )
    quantised.weight = bnb.nn.Params4bit(
        linear.weight.data, requires_grad=False, compress_statistics=double, quant_type="nf4"
    )
    return quantised
