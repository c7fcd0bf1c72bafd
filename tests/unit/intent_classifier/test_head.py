from __future__ import annotations

import numpy as np
import pytest

from custom_components.intent_classifier.artifact import Head
from custom_components.intent_classifier.head import refit

GENERATOR = np.random.default_rng(7)
CENTRES = GENERATOR.normal(size=(4, 12)).astype(np.float32) * 3
SHIPPED = Head(("a", "b", "c"), CENTRES[:3], np.zeros(3, np.float32), 1.0)


def around(centre: int, count: int) -> np.ndarray:
    return (CENTRES[centre] + GENERATOR.normal(size=(count, 12))).astype(np.float32)


def predicted(head: Head, features: np.ndarray) -> list[str]:
    return [head.labels[i] for i in head.probabilities(features).argmax(1)]


def test_a_new_intent_is_learnt_and_the_others_keep_their_place() -> None:
    features = np.concatenate([around(0, 3), around(1, 3), around(2, 3), around(3, 10)])
    head = refit(SHIPPED, CENTRES[:3], features, ["a"] * 3 + ["b"] * 3 + ["c"] * 3 + ["new"] * 10)
    assert head.labels == ("a", "b", "c", "new")
    for centre, label in enumerate(head.labels):
        assert predicted(head, around(centre, 20)).count(label) >= 19


def test_an_intent_that_a_project_does_not_have_is_never_predicted() -> None:
    head = refit(SHIPPED, CENTRES[:3], np.concatenate([around(0, 3), around(2, 3)]), ["a"] * 3 + ["c"] * 3)
    assert head.labels == ("a", "c")


def test_probabilities_sum_to_one() -> None:
    assert SHIPPED.probabilities(around(1, 5)).sum(axis=1) == pytest.approx(np.ones(5))
