"""How usual a sentence is among those the classifier was made for.

The score needs nothing but the head's logits. Its confidence is a conformal p-value (Vovk et al. 2005): the share of
held-out in-scope sentences that were at least as unusual. Among in-scope sentences it is uniform, so a threshold of
0.0025 turns away one in four hundred of them; no out-of-scope sentence is needed to fit it.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

OUT_OF_SCOPE = "out_of_scope"


def score(labels: tuple[str, ...], logits: np.ndarray) -> np.ndarray:
    """(n,), higher is more usual: the energy (Liu et al. 2020) of the logits (n, labels) of all labels but the one for
    the rest, less that one's logit where there is one (outlier exposure, Hendrycks et al. 2019)."""
    inside = np.array([label != OUT_OF_SCOPE for label in labels])
    energy = logsumexp(logits[:, inside], axis=1)
    return energy if inside.all() else energy - logits[:, ~inside][:, 0]


def confidence(scores: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """(n,) in [0, 1]: the share of the sorted `held_out` scores that are not above each score."""
    return np.searchsorted(held_out, scores, side="right") / len(held_out)
