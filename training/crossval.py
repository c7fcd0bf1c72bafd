"""Cross-validation on Banking77's training split, beside the rival on the same rows.

Each fold is a whole run in a folder of its own: fine-tuned on the other folds and the project's own sentences,
exported, and scored through an engine with the full head. What it said of the scored rows is kept for calibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier.engines import loaded
from training import data, finetune, rival
from training.settings import TrainingSettings

PREDICTIONS = "predictions.npz"


@dataclass(frozen=True)
class Scored:
    """One fold's scored rows; `features` (rows, hidden) and `logits` (rows, labels) are before calibration."""

    labels: np.ndarray
    truth: np.ndarray
    features: np.ndarray
    logits: np.ndarray
    rival: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """The Llama's intents, of all the head's labels."""
        return self.labels[self.logits.argmax(axis=1)]

    @property
    def right(self) -> np.ndarray:
        return self.predicted == self.truth

    @property
    def rival_right(self) -> np.ndarray:
        return self.rival == self.truth


def fold(settings: TrainingSettings, number: int, folder: Path, engine: str, banking77: Path | None = None) -> Scored:
    """Train and score fold `number` (0 to 4) in `folder`; what an earlier call finished is read from there."""
    kept = folder / f"fold-{number}" / PREDICTIONS
    if not kept.is_file():
        rest, scored = data.folds(data.read_banking77(banking77))[number]
        own = data.read_own_sentences() if settings.own_sentences else []
        artifact = artifacts.load(finetune.train(settings, rest, own, folder / f"fold-{number}"))
        features = loaded.engine(engine, artifact, folder / "engines").features([row.text for row in scored])
        np.savez(
            kept,
            labels=np.array(artifact.head.labels),
            truth=np.array([row.intent for row in scored]),
            features=features,
            logits=artifact.head.logits(features),
            rival=np.array(rival.predict(rest, scored)),
        )
    with np.load(kept) as stored:
        return Scored(*(stored[name] for name in Scored.__dataclass_fields__))
