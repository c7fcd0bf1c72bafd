"""The head refitted on a project's own sentences, close to the shipped one.

Softmax regression over the Llama's features, started at the shipped weights and pulled back to them by an
L2 term; the shipped mean features of every label are rehearsed as examples, so that intents without new
sentences keep their place (learning without forgetting, by anchors instead of the old data).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from custom_components.intent_classifier.artifact import Head

PULL = 0.05
REHEARSAL = 1.0
_ITERATIONS = 60


def refit(shipped: Head, class_means: np.ndarray, features: np.ndarray, intents: list[str]) -> Head:
    """A head over exactly the intents given: shipped ones keep their anchor, new ones start from their mean.

    `class_means` (labels, hidden) belong to the shipped labels, `features` (n, hidden) to `intents` (n).
    """
    kept = [i for i, label in enumerate(shipped.labels) if label in set(intents)]
    new = sorted(set(intents) - set(shipped.labels))
    labels = tuple(shipped.labels[i] for i in kept) + tuple(new)
    index = {label: i for i, label in enumerate(labels)}
    targets = np.array([index[intent] for intent in intents])
    anchor = np.concatenate(
        [
            np.column_stack([shipped.weight[kept], shipped.bias[kept]]),
            _start(shipped, features, np.array(intents), new),
        ]
    ).astype(np.float64)
    examples, rehearsed = _with_bias(features), _with_bias(class_means[kept])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weight = flat.reshape(anchor.shape)
        fit, slope = _cross_entropy(weight, examples, targets)
        value, gradient = PULL * float(((weight - anchor) ** 2).sum()) + fit, 2 * PULL * (weight - anchor) + slope
        if kept:
            again, slope = _cross_entropy(weight, rehearsed, np.arange(len(kept)))
            value, gradient = value + REHEARSAL * again, gradient + REHEARSAL * slope
        return value, gradient.ravel()

    found = minimize(loss, anchor.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS})
    weight = found.x.reshape(anchor.shape).astype(np.float32)
    return Head(labels, np.ascontiguousarray(weight[:, :-1]), weight[:, -1].copy(), shipped.temperature)


def _with_bias(features: np.ndarray) -> np.ndarray:
    return np.column_stack([features, np.ones(len(features))]).astype(np.float64)


def _cross_entropy(weight: np.ndarray, examples: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean loss and its gradient by `weight` (labels, hidden + 1)."""
    logits = examples @ weight.T
    rows = np.arange(len(targets))
    value = float((logsumexp(logits, axis=1) - logits[rows, targets]).mean())
    error = softmax(logits, axis=1)
    error[rows, targets] -= 1
    return value, error.T @ examples / len(targets)


def _start(shipped: Head, features: np.ndarray, intents: np.ndarray, new: list[str]) -> np.ndarray:
    """First weights (and bias zero) of new intents: their mean feature, as long as a shipped row is on average."""
    length = float(np.linalg.norm(shipped.weight, axis=1).mean())
    means = [features[intents == intent].mean(axis=0) for intent in new]
    rows = [np.append(length * mean / np.linalg.norm(mean), 0.0) for mean in means]
    return np.array(rows).reshape(len(new), shipped.weight.shape[1] + 1)
