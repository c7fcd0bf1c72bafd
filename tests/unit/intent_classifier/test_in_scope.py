from __future__ import annotations

import numpy as np
import pytest

from custom_components.intent_classifier import in_scope

LABELS = ("balance", "card", "out_of_scope")


def test_a_plain_sentence_scores_above_a_doubtful_one_and_that_above_a_foreign_one() -> None:
    plain, doubtful, foreign = in_scope.score(LABELS, np.array([[9.0, 0.0, 0.0], [1.0, 0.9, 0.0], [1.0, 0.0, 8.0]]))
    assert plain > doubtful > foreign


def test_without_a_label_for_the_rest_the_energy_alone_counts() -> None:
    logits = np.array([[1.0, 2.0]])
    assert in_scope.score(("balance", "card"), logits) == pytest.approx(np.log(np.exp(1) + np.exp(2)))


@pytest.mark.parametrize(("score", "share"), [(-1.0, 0.0), (0.0, 0.25), (1.5, 0.5), (3.0, 1.0), (9.0, 1.0)])
def test_the_confidence_is_the_share_of_held_out_sentences_not_above(score: float, share: float) -> None:
    assert in_scope.confidence(np.array([score]), np.array([0.0, 1.0, 2.0, 3.0])) == pytest.approx([share])
