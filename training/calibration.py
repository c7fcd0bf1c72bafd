"""Honest probabilities: one fitted step between a classifier's logits and the confidences it states.

`temperature` divides all logits by one number (Guo et al. 2017). On top of it `vector` gives every label a factor
and an offset, and `dirichlet` lets every label's log-probability speak for every other (Kull et al. 2019). Both start
at the fitted temperature and are pulled towards it, so on the fitting rows they are never worse; whether they are
better elsewhere, `out_of_fold` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.model_selection import KFold

from training.data import DataError

BINS = 15
VECTOR_PULLS = (0.1, 1.0, 10.0)
DIRICHLET_PULLS = (10.0, 100.0, 1000.0)
_LOWEST_TEMPERATURE, _HIGHEST_TEMPERATURE = 0.05, 20.0
_OFFSET_SHARE = 0.01


class Calibration(Protocol):
    """A fitted step from logits to probabilities."""

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """Probabilities (n, labels) of logits (n, labels)."""
        ...


@dataclass(frozen=True)
class Temperature:
    """softmax(logits / value): above 1 it makes the classifier more modest; the order of the labels stays."""

    value: float

    def apply(self, logits: np.ndarray) -> np.ndarray:
        return softmax(np.asarray(logits, dtype=float) / self.value, axis=1)


@dataclass(frozen=True)
class Affine:
    """softmax(weight · log softmax(logits / temperature) + bias); `weight` (labels, labels), `bias` (labels,)."""

    temperature: float
    weight: np.ndarray
    bias: np.ndarray

    def apply(self, logits: np.ndarray) -> np.ndarray:
        known = log_softmax(np.asarray(logits, dtype=float) / self.temperature, axis=1)
        return softmax(known @ self.weight.T + self.bias, axis=1)


Fit = Callable[[np.ndarray, np.ndarray], Calibration]


def temperature(logits: np.ndarray, targets: np.ndarray) -> Temperature:
    """The maximum-likelihood temperature, between 0.05 and 20, of logits (n, labels) for label indices (n,)."""
    logits, targets = _checked(logits, targets)
    truth = np.arange(len(targets)), targets

    def loss(log_value: float) -> float:
        return float(-log_softmax(logits / np.exp(log_value), axis=1)[truth].mean())

    bounds = (np.log(_LOWEST_TEMPERATURE), np.log(_HIGHEST_TEMPERATURE))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x
    return Temperature(float(np.exp(min(found, 0.0, key=loss))))


def vector(logits: np.ndarray, targets: np.ndarray, pull: float | None = None) -> Affine:
    """A factor and an offset for every label; `pull` as in `dirichlet`, by default one of VECTOR_PULLS."""
    return _affine(logits, targets, VECTOR_PULLS if pull is None else (pull,), full=False)


def dirichlet(logits: np.ndarray, targets: np.ndarray, pull: float | None = None) -> Affine:
    """A full matrix over log-probabilities and an offset, with L2 on its off-diagonal entries and offsets (ODIR).

    Other than in the paper the diagonal is pulled to 1 as well: a hundred labels with ten rows each do not pin a
    factor down. `pull` weighs the squares; by default folds of the fitting rows choose it from DIRICHLET_PULLS.
    """
    return _affine(logits, targets, DIRICHLET_PULLS if pull is None else (pull,), full=True)


METHODS: dict[str, Fit] = {"temperature": temperature, "vector": vector, "dirichlet": dirichlet}


def fit(logits: np.ndarray, targets: np.ndarray, method: str = "temperature") -> Calibration:
    """The calibration `method` fitted on held-out logits (n, labels) and label indices (n,).

    Raises DataError without rows, or for logits that are not finite.
    """
    return METHODS[method](logits, targets)


def out_of_fold(fitted: Fit, logits: np.ndarray, targets: np.ndarray, folds: int = 5, seed: int = 7) -> np.ndarray:
    """Probabilities (n, labels) of each row from a calibration fitted on the other folds: to compare methods by."""
    logits, targets = _checked(logits, targets)
    probabilities = np.empty_like(logits)
    for fitting, scored in KFold(folds, shuffle=True, random_state=seed).split(logits):
        probabilities[scored] = fitted(logits[fitting], targets[fitting]).apply(logits[scored])
    return probabilities


def nll(probabilities: np.ndarray, targets: np.ndarray) -> float:
    """Mean negative log-likelihood, in nats, of the label indices (n,)."""
    stated = probabilities[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(stated, np.finfo(float).tiny)).mean())


@dataclass(frozen=True)
class Bin:
    """The `rows` whose confidence lies in [low, high): their mean confidence and the share that was right."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


def binned(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> list[Bin]:
    """The occupied ones of `bins` equal-width bins over [0, 1], for `confidence` (n,) and booleans `right` (n,)."""
    places = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)
    return [
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            rows=int((places == place).sum()),
            confidence=float(confidence[places == place].mean()),
            accuracy=float(right[places == place].mean()),
        )
        for place in np.unique(places)
    ]


def _affine(logits: np.ndarray, targets: np.ndarray, pulls: Sequence[float], full: bool) -> Affine:
    logits, targets = _checked(logits, targets)

    def unseen(pull: float) -> float:
        fitted = out_of_fold(lambda some, theirs: _pulled(some, theirs, pull, full), logits, targets, folds=3)
        return nll(fitted, targets)

    return _pulled(logits, targets, pulls[0] if len(pulls) == 1 else min(pulls, key=unseen), full)


def _pulled(logits: np.ndarray, targets: np.ndarray, pull: float, full: bool) -> Affine:
    rows, labels = logits.shape
    degree = temperature(logits, targets).value
    known = log_softmax(logits / degree, axis=1)
    free = np.ones((labels, labels), dtype=bool) if full else np.eye(labels, dtype=bool)
    truth = np.zeros((rows, labels))
    truth[np.arange(rows), targets] = 1.0

    def unpacked(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        change = np.zeros((labels, labels))
        change[free] = flat[labels:]
        return change, flat[:labels]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        change, bias = unpacked(flat)
        stated = log_softmax(known + known @ change.T + bias, axis=1)
        surplus = (np.exp(stated) - truth) / rows
        penalty = pull * ((change**2).sum() + _OFFSET_SHARE * (bias**2).sum())
        slope = surplus.T @ known + 2 * pull * change
        offset_slope = surplus.sum(axis=0) + 2 * pull * _OFFSET_SHARE * bias
        return float(penalty - (truth * stated).sum() / rows), np.concatenate([offset_slope, slope[free]])

    found = minimize(loss, np.zeros(labels + free.sum()), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    change, bias = unpacked(found.x)
    return Affine(degree, np.eye(labels) + change, bias)


def _checked(logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets, dtype=int)
    if len(logits) == 0:
        raise DataError("calibration: no held-out rows to fit on; set holdout_share above 0")
    if not np.isfinite(logits).all():
        raise DataError("calibration: the logits are not finite; the run has diverged, lower its learning rate")
    if logits.ndim != 2 or targets.shape != (len(logits),) or targets.min() < 0 or targets.max() >= logits.shape[1]:
        raise ValueError(f"logits {logits.shape} and targets {targets.shape} do not fit each other")
    return logits, targets
