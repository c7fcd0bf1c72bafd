"""How good the served classifier is on a `text,category` CSV."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score

from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines.engine import Engine
from training.data import Row

_BINS = 15


@dataclass(frozen=True)
class Evaluation:
    """Figures over one set of rows; `macro_f1` is over the intents that occur in it.

    `calibration_error` is the expected calibration error in 15 equal-width bins (Naeini et al. 2015).
    """

    rows: int
    accuracy: float
    macro_f1: float
    top_3: float
    calibration_error: float


def evaluate(engine: Engine, artifact: Artifact, rows: list[Row]) -> Evaluation:
    """Score the artefact's full head on `rows`, through `engine`."""
    return score(artifact.head.labels, artifact.head.probabilities(engine.features([row.text for row in rows])), rows)


def score(labels: tuple[str, ...], probabilities: np.ndarray, rows: list[Row]) -> Evaluation:
    """The figures of predicted `probabilities` (rows, labels) against the rows' intents."""
    names = np.array(labels)
    order = np.argsort(-probabilities, axis=1)
    truth = np.array([row.intent for row in rows])
    predicted = names[order[:, 0]]
    right = predicted == truth
    return Evaluation(
        rows=len(rows),
        accuracy=float(right.mean()),
        macro_f1=float(f1_score(truth, predicted, labels=sorted(set(truth)), average="macro", zero_division=0)),
        top_3=float((names[order[:, :3]] == truth[:, None]).any(axis=1).mean()),
        calibration_error=calibration_error(probabilities.max(axis=1), right),
    )


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over bins, weighted by their rows."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def latency_ms(engine: Engine, texts: list[str]) -> tuple[float, float]:
    """(p50, p99) milliseconds of one sentence at a time."""
    engine.features(texts[:3])
    taken = []
    for text in texts:
        started = time.perf_counter()
        engine.features([text])
        taken.append((time.perf_counter() - started) * 1000)
    return float(np.percentile(taken, 50)), float(np.percentile(taken, 99))
