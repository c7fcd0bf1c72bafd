"""How good the served classifier is on a `text,category` CSV."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_fscore_support

from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines.engine import Engine
from training import confusion
from training.calibration import BINS, binned
from training.confusion import Pair
from training.data import DataError, Row

_PROC_STATUS = Path("/proc/self/status")


class Predictions(NamedTuple):
    """What a classifier said about `rows`: `probabilities` (rows, labels) in the order of `labels`."""

    labels: tuple[str, ...]
    probabilities: np.ndarray
    rows: list[Row]

    @property
    def truth(self) -> np.ndarray:
        """Names of the rows' intents, which the classifier need not know."""
        return np.array([row.intent for row in self.rows])

    @property
    def predicted(self) -> np.ndarray:
        return np.array(self.labels)[self.probabilities.argmax(axis=1)]

    @property
    def confidence(self) -> np.ndarray:
        return self.probabilities.max(axis=1)


@dataclass(frozen=True)
class IntentFigures:
    """One intent's figures; `rows` carry it, `confusion` is its most frequent one, if there is any."""

    intent: str
    rows: int
    precision: float
    recall: float
    f1: float
    confusion: Pair | None


@dataclass(frozen=True)
class Evaluation:
    """Figures over one set of rows; means over intents are over those that occur in it.

    `accuracy_interval` is Wilson's, at 95 %; `calibration_error` is the expected calibration error in 15 equal-width
    bins (Naeini et al. 2015).
    """

    rows: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    weighted_f1: float
    top_3: float
    calibration_error: float
    intents: tuple[IntentFigures, ...]


@dataclass(frozen=True)
class McNemar:
    """Rows that only the first, or only the second, of two classifiers got right, and the exact two-sided p-value."""

    only_first: int
    only_second: int
    p_value: float


def evaluate(engine: Engine, artifact: Artifact, rows: list[Row]) -> Evaluation:
    """Score the artefact's full head on `rows`, through `engine`."""
    return score(*predict(engine, artifact, rows))


def predict(engine: Engine, artifact: Artifact, rows: list[Row]) -> Predictions:
    """What the artefact's full head says about `rows`, through `engine`."""
    features = engine.features([row.text for row in rows])
    return Predictions(artifact.head.labels, artifact.head.probabilities(features), rows)


def score(labels: tuple[str, ...], probabilities: np.ndarray, rows: list[Row]) -> Evaluation:
    """The figures of predicted `probabilities` (rows, labels) against the rows' intents; DataError without rows."""
    if not rows:
        raise DataError("evaluation: no rows to score")
    said = Predictions(labels, probabilities, rows)
    best_3 = np.array(labels)[np.argsort(-probabilities, axis=1)[:, :3]]
    right = said.predicted == said.truth
    intents = _by_intent(said)
    return Evaluation(
        rows=len(rows),
        accuracy=float(right.mean()),
        accuracy_interval=wilson(int(right.sum()), len(rows)),
        macro_f1=float(np.mean([figures.f1 for figures in intents])),
        weighted_f1=float(np.average([figures.f1 for figures in intents], weights=[row.rows for row in intents])),
        top_3=float((best_3 == said.truth[:, None]).any(axis=1).mean()),
        calibration_error=calibration_error(said.confidence, right),
        intents=intents,
    )


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over bins, weighted by their rows."""
    return sum(abs(b.confidence - b.accuracy) * b.rows for b in binned(confidence, right, BINS)) / len(confidence)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927), which stays inside [0, 1] and holds for few trials."""
    found = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")
    return float(found.low), float(found.high)


def mcnemar(first: np.ndarray, second: np.ndarray, truth: np.ndarray) -> McNemar:
    """McNemar's exact test: do two classifiers' answers (n,) to the same rows differ in accuracy?

    Only rows that one alone got right count; with equally good classifiers they fall to either side like a fair coin.
    """
    only_first = int(((first == truth) & (second != truth)).sum())
    only_second = int(((first != truth) & (second == truth)).sum())
    differing = only_first + only_second
    return McNemar(only_first, only_second, float(binomtest(only_first, differing).pvalue) if differing else 1.0)


def latency_ms(engine: Engine, texts: list[str]) -> tuple[float, float]:
    """(p50, p99) milliseconds of one sentence at a time."""
    engine.features(texts[:3])
    taken = []
    for text in texts:
        started = time.perf_counter()
        engine.features([text])
        taken.append((time.perf_counter() - started) * 1000)
    return float(np.percentile(taken, 50)), float(np.percentile(taken, 99))


def resident_mb() -> float | None:
    """Resident memory of this process in MiB; None on a system that does not tell it in /proc."""
    if not _PROC_STATUS.is_file():
        return None
    line = next(line for line in _PROC_STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _by_intent(said: Predictions) -> tuple[IntentFigures, ...]:
    truth, predicted = said.truth, said.predicted
    names = sorted(set(truth))
    figures = precision_recall_fscore_support(truth, predicted, labels=names, zero_division=0)
    worst: dict[str, Pair] = {}
    for pair in confusion.count(truth, predicted).pairs():
        worst.setdefault(pair.intent, pair)
    return tuple(
        IntentFigures(str(name), int(rows), float(precision), float(recall), float(f1), worst.get(name))
        for name, precision, recall, f1, rows in zip(names, *figures, strict=True)
    )
