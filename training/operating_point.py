"""Where the classifier answers and where it asks back, fitted on rows that no model of theirs was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custom_components.intent_classifier import in_scope
from custom_components.intent_classifier.artifact import OperatingPoint
from training import calibration
from training.crossval import Scored

WRONG_ANSWER, ASKING_BACK = 2.0, 1.0
TURNED_AWAY = 0.0025
_SAMPLE = 1001
_FALLBACKS = np.round(np.arange(0.2, 0.9, 0.02), 2)
_AMBIGUITIES = np.round(np.arange(0.0, 0.4, 0.02), 2)


@dataclass(frozen=True)
class Fitted:
    """A temperature, an operating point, and what they were chosen by: a row's mean cost, at the point and without.

    A wrong answer costs twice what asking back does: both cost the customer a message, the wrong one some trust too.
    """

    temperature: float
    point: OperatingPoint
    cost: float
    cost_always_answering: float


def fit(folds: list[Scored]) -> Fitted:
    """The point of least cost on the folds' scored rows; every fold's labels are the same."""
    labels = tuple(folds[0].labels.tolist())
    logits = np.concatenate([fold.logits for fold in folds])
    truth = np.concatenate([fold.truth for fold in folds])
    targets = np.array([labels.index(intent) for intent in truth])
    temperature = calibration.temperature(logits, targets)
    ranked = np.sort(temperature.apply(logits), axis=1)
    first, margin, right = ranked[:, -1], ranked[:, -1] - ranked[:, -2], logits.argmax(axis=1) == targets
    costs = {
        (fallback, ambiguity): _cost((first < fallback) | (margin < ambiguity), right)
        for fallback in _FALLBACKS
        for ambiguity in _AMBIGUITIES
    }
    fallback, ambiguity = min(costs, key=lambda point: costs[point])
    scores = np.quantile(in_scope.score(labels, logits), np.linspace(0, 1, _SAMPLE))
    return Fitted(
        temperature=temperature.value,
        point=OperatingPoint(
            in_scope_scores=tuple(round(float(score), 4) for score in scores),
            in_scope=TURNED_AWAY,
            fallback=float(fallback),
            ambiguity=float(ambiguity),
        ),
        cost=costs[fallback, ambiguity],
        cost_always_answering=_cost(np.zeros(len(right), dtype=bool), right),
    )


def _cost(asked: np.ndarray, right: np.ndarray) -> float:
    return float(np.where(asked, ASKING_BACK, np.where(right, 0.0, WRONG_ANSWER)).mean())
