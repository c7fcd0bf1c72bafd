"""One fine-tuning run: data → QLoRA by transformers' Trainer → adapter and head in a run folder.

The run folder holds the settings, the data's hashes, checkpoints (adapter, head, optimiser, schedule, seeds),
TensorBoard logs and, at the end, the artefact. Starting the same run again goes on from the last checkpoint.
"""

from __future__ import annotations

import json
import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.utils.data import Dataset, Sampler
from transformers import Trainer, TrainingArguments
from transformers.trainer_pt_utils import LengthGroupedSampler
from transformers.trainer_utils import get_last_checkpoint, set_seed

from custom_components.intent_classifier import artifact, base_files, base_model, encoder, torch_features
from custom_components.intent_classifier.engines.torch_bf16 import TorchEngine
from training import data, teacher
from training.model import IntentModel, build, parameter_groups
from training.settings import TrainingSettings

logger = logging.getLogger(__name__)
_TRAINED_FILE = "trained.safetensors"
_ARTIFACT = "artifact"
_LESSON = "lesson.npz"
_TAUGHT = {"features", "logits"}


class Sentences(Dataset):
    """Tokenised rows: ids without padding, the label's index, and what the teacher makes of the sentence."""

    def __init__(
        self,
        rows: list[data.Row],
        labels: list[str],
        tokenizer: Tokenizer,
        encoding: encoder.Encoding,
        lesson: teacher.Lesson | None = None,
    ) -> None:
        index = {label: i for i, label in enumerate(labels)}
        self.ids = encoder.tokenise(tokenizer, encoding, [row.text for row in rows])
        self.targets = [index[row.intent] for row in rows]
        self.lesson = lesson

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, position: int) -> dict[str, Any]:
        item = {"ids": self.ids[position], "label": self.targets[position]}
        if self.lesson is None:
            return item
        return item | {name: getattr(self.lesson, name)[position] for name in _TAUGHT}

    @property
    def lengths(self) -> list[int]:
        return [len(ids) for ids in self.ids]


def collate(items: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """A padded batch."""
    ids, mask = torch_features.pad([item["ids"] for item in items])
    batch = {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([item["label"] for item in items])}
    for name in _TAUGHT & items[0].keys():
        batch[f"taught_{name}"] = torch.from_numpy(np.stack([item[name] for item in items]))
    return batch


class AdapterTrainer(Trainer):
    """Trainer that keeps the frozen base out of its checkpoints and uses LoRA+ groups."""

    def __init__(
        self, model: IntentModel, rows: Sentences, settings: TrainingSettings, args: TrainingArguments
    ) -> None:
        super().__init__(model=model, args=args, train_dataset=rows, data_collator=collate)
        self._intents = model
        self._rows = rows
        self._settings = settings

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            groups = parameter_groups(self._intents, self._settings)
            if self._settings.paged_optimiser:
                import bitsandbytes as bnb

                self.optimizer = bnb.optim.PagedAdamW8bit(groups)
            else:
                self.optimizer = torch.optim.AdamW(groups, fused=True)
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler:
        return LengthGroupedSampler(self.args.train_batch_size, lengths=self._rows.lengths)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        folder = Path(output_dir or self.args.output_dir or ".")
        folder.mkdir(parents=True, exist_ok=True)
        save_file(self._intents.trained_state(), folder / _TRAINED_FILE)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        state = load_file(Path(resume_from_checkpoint) / _TRAINED_FILE)
        _, unexpected = self._intents.load_state_dict(state, strict=False)
        if unexpected:
            raise data.DataError(f"{resume_from_checkpoint} is a checkpoint of another model")


def run(settings: TrainingSettings, folder: Path, banking77: Path | None = None) -> Path:
    """Train on Banking77's rows that are not held out and on the project's own; return the finished artefact's folder.

    Raises DataError without the data, BaseModelError without the base.
    """
    rest, _ = data.split(data.read_banking77(banking77), settings.holdout_share, settings.holdout_seed)
    if settings.max_rows:
        _, rest = data.split(rest, settings.max_rows, settings.seed)
    own = data.read_own_sentences() if settings.own_sentences else []
    return train(settings, rest, own, folder)


def train(
    settings: TrainingSettings, rest: list[data.Row], own: list[data.Row], folder: Path, max_steps: int = -1
) -> Path:
    """Train on `rest` and `own` into `folder`; return the finished artefact's folder.

    A run that has finished is not repeated: its folder must be removed first.
    """
    if (folder / _ARTIFACT / artifact.CONTRACT_FILE).is_file():
        return folder / _ARTIFACT
    set_seed(settings.seed)
    rows = rest + own
    labels = sorted({row.intent for row in rows})
    llama, tokenizer = base_model.load(base_files.find(settings.base), torch.bfloat16)
    model = build(llama, settings, len(labels))
    folder.mkdir(parents=True, exist_ok=True)
    record = {
        "settings": settings.as_dict(),
        "rows": {"banking77": len(rest), "own": len(own), "labels": len(labels)},
        "sha256": {
            "base": base_files.EMBEDDED_SHA256,
            "banking77": data.BANKING77_SHA256,
            "trained_rows": data.fingerprint(rows),
        },
        "torch": torch.__version__,
    }
    (folder / "run.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=settings.epochs,
        max_steps=max_steps,
        per_device_train_batch_size=settings.batch_size,
        lr_scheduler_type="cosine",
        warmup_steps=settings.warmup_share,
        max_grad_norm=1.0,
        remove_unused_columns=False,
        save_steps=100,
        save_total_limit=1,
        logging_steps=20,
        report_to=["tensorboard"],
        seed=settings.seed,
        dataloader_pin_memory=False,
        use_cpu=not torch.cuda.is_available(),
    )
    lesson = _lesson(folder, rows, labels, settings.seed) if settings.taught else None
    sentences = Sentences(rows, labels, tokenizer, model.encoding, lesson)
    _train_within_memory(model, sentences, settings, arguments)
    return export(model, settings, labels, own, rows, folder / _ARTIFACT)


def _lesson(folder: Path, rows: list[data.Row], labels: list[str], seed: int) -> teacher.Lesson:
    """The teacher's lesson on `rows`, given once and kept in the run's folder."""
    kept = folder / _LESSON
    if not kept.is_file():
        given = teacher.prepare(rows, labels, seed)
        unfinished = kept.with_suffix(".part.npz")
        np.savez(unfinished, features=given.features, logits=given.logits)
        unfinished.replace(kept)
    with np.load(kept) as stored:
        return teacher.Lesson(stored["features"], stored["logits"])


def _train_within_memory(
    model: IntentModel, sentences: Sentences, settings: TrainingSettings, arguments: TrainingArguments
) -> None:
    """Train from the last checkpoint on; out of memory, go on with half as many rows at a time, accumulated."""
    while True:
        checkpoint = get_last_checkpoint(arguments.output_dir)
        if checkpoint:
            logger.info("resuming from %s", checkpoint)
        try:
            AdapterTrainer(model, sentences, settings, arguments).train(resume_from_checkpoint=checkpoint)
            return
        except torch.OutOfMemoryError:
            if arguments.per_device_train_batch_size == 1:
                raise
            arguments.per_device_train_batch_size //= 2
            arguments.gradient_accumulation_steps *= 2
            logger.warning("out of memory: %d rows at a time", arguments.per_device_train_batch_size)
            torch.cuda.empty_cache()


def export(
    model: IntentModel,
    settings: TrainingSettings,
    labels: list[str],
    own: list[data.Row],
    rows: list[data.Row],
    folder: Path,
) -> Path:
    """Write the artefact: adapter in bf16, head, and each label's mean feature as the served engine gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    for value in model.llama.parameters():
        if value.requires_grad:
            value.data = value.data.to(torch.bfloat16)
    model.llama.save_pretrained(str(folder), safe_serialization=True)
    (folder / "README.md").unlink()  # peft's empty model card
    head = artifact.Head(
        labels=tuple(labels),
        weight=model.head.weight.detach().float().cpu().numpy(),
        bias=model.head.bias.detach().float().cpu().numpy(),
        temperature=1.0,
    )
    save = partial(
        artifact.save,
        folder,
        base=settings.base,
        base_quantisation=settings.quantisation,
        encoding=model.encoding,
        head=head,
        own_sentences_sha256=artifact.sentences_sha256([(row.text, row.intent) for row in own]),
    )
    save(class_means=np.zeros_like(head.weight))
    with tempfile.TemporaryDirectory() as merged:
        features = TorchEngine(artifact.load(folder), Path(merged)).features([row.text for row in rows])
    intents = np.array([row.intent for row in rows])
    save(class_means=np.stack([features[intents == label].mean(axis=0) for label in labels]))
    return folder
