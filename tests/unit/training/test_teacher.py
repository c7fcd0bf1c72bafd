"""The teacher's part in a run: its batches, its starting head, and what its soft labels add to the loss."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from transformers import LlamaConfig, LlamaModel

from training import model, settings, teacher


def test_every_row_is_drawn_once_an_epoch_beside_rows_of_like_length() -> None:
    lengths = np.random.default_rng(1).integers(3, 60, size=1_500).tolist()
    batches = teacher._batches(lengths, np.random.default_rng(7))
    assert sorted(np.concatenate(batches)) == list(range(1_500))
    padding = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches) / sum(lengths)
    assert padding < 1.15


def test_the_head_starts_as_a_classifier_and_not_at_random() -> None:
    generator = np.random.default_rng(3)
    centres = generator.normal(size=(5, 16))
    targets = generator.integers(0, 5, size=200)
    features = (centres[targets] + 0.1 * generator.normal(size=(200, 16))).astype(np.float32)
    head = teacher._fitted_head(features, targets, 5)
    assert (head(torch.from_numpy(features)).argmax(1).numpy() == targets).mean() > 0.99


@pytest.fixture
def taught() -> model.IntentModel:
    llama = LlamaModel(
        LlamaConfig(
            vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=4,
            num_key_value_heads=2, pad_token_id=0,
        )
    )  # fmt: skip
    chosen = settings.TrainingSettings(quantisation="none", distillation=4.0, soft_labels=0.5, pooling="mean")
    return model.build(llama, chosen, 6).to("cpu")


def test_soft_labels_cost_nothing_where_the_student_agrees_and_more_the_further_it_is(
    taught: model.IntentModel,
) -> None:
    logits = torch.randn(4, 6, generator=torch.Generator().manual_seed(2))
    assert float(taught._divergence(logits, logits + 3.0)) == pytest.approx(0, abs=1e-5)
    costs = [float(taught._divergence(logits, logits + step * torch.eye(6)[:4])) for step in (0.5, 1.0, 2.0)]
    assert costs == sorted(costs)
    assert costs[0] > 0


def test_a_lesson_reaches_the_loss_and_the_projection(taught: model.IntentModel) -> None:
    batch = {
        "input_ids": torch.tensor([[5, 6, 7], [8, 9, 10]]),
        "attention_mask": torch.ones(2, 3, dtype=torch.long),
        "labels": torch.tensor([0, 1]),
    }
    lesson = {
        "taught_features": nn.functional.normalize(torch.randn(2, teacher.FEATURES), dim=1),
        "taught_logits": torch.randn(2, 6),
    }
    alone, with_teacher = taught(**batch)["loss"], taught(**batch, **lesson)["loss"]
    assert with_teacher > alone
    with_teacher.backward()
    assert taught.to_teacher is not None
    assert taught.to_teacher.weight.grad is not None
    assert taught.to_teacher.weight.grad.abs().sum() > 0
