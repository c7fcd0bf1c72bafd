"""Fine-tuning itself: two real QLoRA steps on the real base, exported and served."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from custom_components.intent_classifier import artifact
from training import data, finetune
from training.settings import TrainingSettings

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_selftest_trains_exports_and_serves() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "training", "selftest"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1].startswith("selftest: two steps trained, exported and served")


@pytest.mark.slow
def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = data.read_own_sentences()[::60]
    settings = TrainingSettings(quantisation="none", batch_size=8)
    shutil.rmtree(finetune.train(settings, rows, [], tmp_path, max_steps=2))  # as if it had been stopped before
    steps = []
    step = finetune.AdapterTrainer.training_step
    monkeypatch.setattr(
        finetune.AdapterTrainer, "training_step", lambda self, *a, **k: steps.append(1) or step(self, *a, **k)
    )
    folder = finetune.train(settings, rows, [], tmp_path, max_steps=3)
    assert len(steps) == 1
    assert set(artifact.load(folder).head.labels) == {row.intent for row in rows}


@pytest.mark.slow
def test_out_of_memory_halves_the_rows_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []
    forward = finetune.IntentModel.forward

    def small_memory(
        self: finetune.IntentModel, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor
    ) -> object:
        seen.append(len(input_ids))
        if len(input_ids) > 4:
            raise torch.OutOfMemoryError("no room")
        return forward(self, input_ids, attention_mask, labels)

    monkeypatch.setattr(finetune.IntentModel, "forward", small_memory)
    settings = TrainingSettings(quantisation="none", batch_size=8)
    with caplog.at_level("WARNING"):
        finetune.train(settings, data.read_own_sentences()[::110], [], tmp_path, max_steps=1)
    assert seen == [8, 4, 4]
    assert "4 rows at a time" in caplog.text
