from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training import out_of_scope
from training.data import DataError


@pytest.mark.parametrize(
    ("inside", "outside", "auroc", "fpr", "threshold"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0, 0.0, 0.8),
        ([0.1, 0.2], [0.9, 0.8], 0.0, 1.0, 0.1),
        ([0.5], [0.5], 0.5, 1.0, 0.5),
        ([1, 2, 3], [2], 0.5, 1.0, 1),
        (range(1, 21), [1.5, 2, 10, 0], 68 / 80, 0.5, 2),
        ([-5] + [0] * 19, [-5, -1, 0, -3], 19.0 / 20 * 3 / 4 + (0.5 * 19 / 20) / 4 + (0.5 / 20) / 4, 0.25, 0),
    ],
)
def test_scores_are_compared_by_rank_with_ties(inside, outside, auroc: float, fpr: float, threshold: float) -> None:
    found = out_of_scope.separation(np.array(inside, dtype=float), np.array(outside, dtype=float))
    assert found.auroc == pytest.approx(auroc)
    assert found.fpr_at_95 == pytest.approx(fpr)
    assert found.threshold == threshold
    assert (found.in_scope_rows, found.out_of_scope_rows) == (len(inside), len(outside))


scores = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60).map(np.array)


@settings(max_examples=100, deadline=None)
@given(scores, scores)
def test_the_threshold_is_the_highest_that_keeps_95_percent(inside: np.ndarray, outside: np.ndarray) -> None:
    found = out_of_scope.separation(inside, outside)
    assert (inside >= found.threshold).mean() >= 0.95
    higher = inside[inside > found.threshold]
    assert not len(higher) or (inside >= higher.min()).mean() < 0.95
    pairs = np.sign(inside[:, None] - outside[None, :])
    assert found.auroc == pytest.approx((pairs / 2 + 0.5).mean())


@pytest.mark.parametrize(
    ("inside", "outside", "says"),
    [([], [0.1], "no in-scope"), ([0.1], [], "no out-of-scope"), ([0.1], [np.nan], "out-of-scope sentences is not")],
)
def test_scores_that_cannot_be_measured_are_refused(inside: list, outside: list, says: str) -> None:
    with pytest.raises(DataError, match=says):
        out_of_scope.separation(np.array(inside), np.array(outside))
