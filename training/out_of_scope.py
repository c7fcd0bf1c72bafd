"""How well a score tells sentences the assistant is for from sentences it is not for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from training.data import DataError

RECALL = 0.95


@dataclass(frozen=True)
class Separation:
    """`auroc`: the chance that an in-scope sentence outscores an out-of-scope one, ties counting half.

    `threshold` is the highest score that at least 95 % of the in-scope sentences reach, `fpr_at_95` the share of the
    out-of-scope sentences that reach it too.
    """

    auroc: float
    fpr_at_95: float
    threshold: float
    in_scope_rows: int
    out_of_scope_rows: int


def separation(in_scope: np.ndarray, out_of_scope: np.ndarray) -> Separation:
    """The measures of scores (n,) and (m,), higher meaning more in scope; DataError when one is empty or not finite."""
    for name, scores in (("in-scope", in_scope), ("out-of-scope", out_of_scope)):
        if len(scores) == 0:
            raise DataError(f"out of scope: no {name} sentences to measure with")
        if not np.isfinite(scores).all():
            raise DataError(f"out of scope: a score of the {name} sentences is not finite")
    kept = math.ceil(RECALL * len(in_scope) - 1e-9)
    threshold = float(np.sort(in_scope)[::-1][kept - 1])
    sides = np.concatenate([np.ones(len(in_scope)), np.zeros(len(out_of_scope))])
    return Separation(
        auroc=float(roc_auc_score(sides, np.concatenate([in_scope, out_of_scope]))),
        fpr_at_95=float((out_of_scope >= threshold).mean()),
        threshold=threshold,
        in_scope_rows=len(in_scope),
        out_of_scope_rows=len(out_of_scope),
    )
