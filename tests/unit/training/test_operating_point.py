from __future__ import annotations

import numpy as np

from training import operating_point
from training.crossval import Scored

LABELS = np.array(["a", "b", "c", "out_of_scope"])


def fold(rows: int, sharpness: float, noise: float, seed: int) -> Scored:
    generator = np.random.default_rng(seed)
    targets = generator.integers(0, 3, rows)
    logits = sharpness * (np.eye(4)[targets] + noise * generator.normal(size=(rows, 4)))
    return Scored(LABELS, LABELS[targets], np.zeros((rows, 2)), logits, LABELS[targets])


def test_an_overconfident_classifier_is_cooled() -> None:
    assert operating_point.fit([fold(2000, 40.0, 0.6, 1)]).temperature > 2


def test_asking_back_pays_where_answers_are_doubtful_only() -> None:
    doubtful = operating_point.fit([fold(2000, 4.0, 0.6, 1), fold(2000, 4.0, 0.6, 2)])
    sure = operating_point.fit([fold(2000, 4.0, 0.01, 1)])
    assert doubtful.cost < doubtful.cost_always_answering
    assert sure.cost == sure.cost_always_answering == 0
    assert doubtful.point.fallback > sure.point.fallback or doubtful.point.ambiguity > sure.point.ambiguity


def test_the_in_scope_scores_are_a_sorted_sample_finer_than_the_share_turned_away() -> None:
    point = operating_point.fit([fold(500, 4.0, 0.5, 3)]).point
    assert list(point.in_scope_scores) == sorted(point.in_scope_scores)
    assert len(point.in_scope_scores) > 2 / point.in_scope
