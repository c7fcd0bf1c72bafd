from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from training import calibration
from training.calibration import Bin
from training.data import DataError

EXACT = 1e-9


def drawn(seed: int, rows: int, labels: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits of any confidence, and targets that may have nothing to do with them."""
    random = np.random.default_rng(seed)
    return scale * random.normal(size=(rows, labels)), random.integers(0, labels, rows)


def calibrated(rows: int, labels: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the very distribution their targets were drawn from."""
    random = np.random.default_rng(seed)
    logits = 3 * random.normal(size=(rows, labels))
    chances = softmax(logits, axis=1).cumsum(axis=1)
    return logits, (random.random((rows, 1)) > chances).sum(axis=1).clip(max=labels - 1)


any_set = st.builds(drawn, st.integers(0, 10**6), st.integers(1, 40), st.integers(2, 6), st.floats(0.1, 30))


@settings(max_examples=60, deadline=None)
@given(any_set)
def test_a_temperature_is_positive_keeps_the_answer_and_never_fits_worse(
    drawn_set: tuple[np.ndarray, np.ndarray],
) -> None:
    logits, targets = drawn_set
    fitted = calibration.temperature(logits, targets)
    probabilities = fitted.apply(logits)
    assert fitted.value > 0
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert (probabilities[np.arange(len(logits)), logits.argmax(axis=1)] == probabilities.max(axis=1)).all()
    assert calibration.nll(probabilities, targets) <= calibration.nll(softmax(logits, axis=1), targets) + EXACT


@settings(max_examples=20, deadline=None)
@given(any_set, st.sampled_from([calibration.vector, calibration.dirichlet]), st.sampled_from([0.01, 1.0, 100.0]))
def test_finer_calibrations_never_fit_worse_than_the_temperature(
    drawn_set: tuple[np.ndarray, np.ndarray], finer, pull: float
) -> None:
    logits, targets = drawn_set
    coarse = calibration.nll(calibration.temperature(logits, targets).apply(logits), targets)
    probabilities = finer(logits, targets, pull).apply(logits)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert calibration.nll(probabilities, targets) <= coarse + EXACT


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_the_factor_of_over_and_under_confident_logits(factor: float) -> None:
    logits, targets = calibrated(4000, 8)
    assert calibration.temperature(factor * logits, targets).value == pytest.approx(factor, rel=0.05)


def test_the_temperature_of_faultless_logits_stays_within_its_bounds() -> None:
    logits, targets = 0.5 * np.eye(4), np.arange(4)
    assert calibration.temperature(logits, targets).value == pytest.approx(0.05, rel=0.01)
    assert calibration.temperature(logits, 3 - targets).value == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize("method", ["vector", "dirichlet"])
def test_finer_calibrations_mend_an_offset_that_a_temperature_cannot(method: str) -> None:
    logits, targets = calibrated(600, 6)
    offset = np.array([2.0, -2.0, 0.0, 0.0, 1.0, -1.0])
    unseen = {
        name: calibration.nll(calibration.out_of_fold(calibration.METHODS[name], logits + offset, targets), targets)
        for name in ("temperature", method)
    }
    assert unseen[method] < unseen["temperature"] - 0.1


@pytest.mark.parametrize("method", ["vector", "dirichlet"])
def test_a_strong_pull_leaves_the_temperature_alone(method: str) -> None:
    logits, targets = calibrated(300, 5)
    strongly = {"vector": calibration.vector, "dirichlet": calibration.dirichlet}[method](logits, targets, 1e9)
    coarse = calibration.temperature(logits, targets).apply(logits)
    assert np.abs(strongly.apply(logits) - coarse).max() < 1e-3


@pytest.mark.parametrize("method", sorted(calibration.METHODS))
def test_a_fit_repeats_exactly(method: str) -> None:
    logits, targets = calibrated(120, 4)
    first, second = (calibration.fit(logits, targets, method).apply(logits) for _ in range(2))
    assert np.array_equal(first, second)


def test_out_of_fold_probabilities_come_from_fits_that_never_saw_the_row() -> None:
    seen_and_scored = []

    class Remembering:
        def __init__(self, fitting: np.ndarray) -> None:
            self.fitting = fitting

        def apply(self, logits: np.ndarray) -> np.ndarray:
            seen_and_scored.append((set(self.fitting[:, 0]), set(logits[:, 0])))
            return logits

    logits = np.arange(22, dtype=float).reshape(11, 2)
    found = calibration.out_of_fold(lambda some, _: Remembering(some), logits, np.zeros(11, dtype=int), folds=4)
    assert np.array_equal(found, logits)
    assert len(seen_and_scored) == 4
    for seen, scored in seen_and_scored:
        assert not seen & scored
        assert seen | scored == set(logits[:, 0])


@pytest.mark.parametrize("method", sorted(calibration.METHODS))
@pytest.mark.parametrize(
    ("logits", "targets", "error", "says"),
    [
        (np.empty((0, 3)), [], DataError, "no held-out rows"),
        ([[np.nan, 1.0]], [0], DataError, "not finite"),
        ([[0.0, 1.0]], [2], ValueError, "do not fit"),
        ([[0.0, 1.0]], [0, 1], ValueError, "do not fit"),
    ],
)
def test_rows_that_cannot_be_fitted_are_refused(method: str, logits, targets, error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        calibration.fit(np.array(logits), np.array(targets, dtype=int), method)


@pytest.mark.parametrize(
    ("confidence", "right", "bins", "expected"),
    [
        ([0.1, 0.3, 0.9], [False, True, True], 2, [Bin(0.0, 0.5, 2, 0.2, 0.5), Bin(0.5, 1.0, 1, 0.9, 1.0)]),
        ([1.0], [True], 4, [Bin(0.75, 1.0, 1, 1.0, 1.0)]),
        ([0.5], [False], 2, [Bin(0.5, 1.0, 1, 0.5, 0.0)]),
        ([0.0, 0.0], [True, False], 10, [Bin(0.0, 0.1, 2, 0.0, 0.5)]),
    ],
)
def test_rows_fall_into_bins_of_equal_width(
    confidence: list[float], right: list[bool], bins: int, expected: list[Bin]
) -> None:
    assert calibration.binned(np.array(confidence), np.array(right), bins) == expected
