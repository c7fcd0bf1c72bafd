"""Fine-tuning itself: two real QLoRA steps on the real base, exported and served."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
    finetune.train(settings, rows, [], tmp_path, max_steps=2)
    steps = []
    step = finetune.AdapterTrainer.training_step
    monkeypatch.setattr(
        finetune.AdapterTrainer, "training_step", lambda self, *a, **k: steps.append(1) or step(self, *a, **k)
    )
    folder = finetune.train(settings, rows, [], tmp_path, max_steps=3)
    assert len(steps) == 1
    assert set(artifact.load(folder).head.labels) == {row.intent for row in rows}
