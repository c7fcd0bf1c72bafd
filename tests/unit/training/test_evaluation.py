from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from custom_components.intent_classifier.artifact import Head
from training import evaluation
from training.confusion import Pair
from training.data import DataError, Row

LABELS = ("a", "b", "c", "d")


class Spelling:
    """An engine whose features of a sentence say which label its first letter is."""

    name = "spelling"

    def features(self, texts: list[str]) -> np.ndarray:
        return np.array([[float(text[0] == label) for label in LABELS] for text in texts], dtype=np.float32)


def answers(pairs: str) -> evaluation.Predictions:
    """Predictions from "truth>answer" words, each answer at 70 %."""
    said = [word.split(">") for word in pairs.split()]
    probabilities = np.array([[0.7 if label == answer else 0.1 for label in LABELS] for _, answer in said])
    return evaluation.Predictions(LABELS, probabilities, [Row(f"sentence {i}", row[0]) for i, row in enumerate(said)])


def test_the_figures_are_those_counted_by_hand() -> None:
    found = evaluation.score(*answers("a>a a>a a>b b>b b>b c>d"))
    assert found.rows == 6
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.macro_f1 == pytest.approx((0.8 + 0.8 + 0) / 3)
    assert found.weighted_f1 == pytest.approx((0.8 * 3 + 0.8 * 2) / 6)
    assert found.calibration_error == pytest.approx(0.7 - 4 / 6)
    assert [(i.intent, i.rows, i.precision, i.recall, i.f1, i.confusion) for i in found.intents] == [
        ("a", 3, 1.0, pytest.approx(2 / 3), pytest.approx(0.8), Pair("a", "b", 1, pytest.approx(1 / 3))),
        ("b", 2, pytest.approx(2 / 3), 1.0, pytest.approx(0.8), None),
        ("c", 1, 0.0, 0.0, 0.0, Pair("c", "d", 1, 1.0)),
    ]


def test_the_top_three_are_those_of_highest_probability() -> None:
    probabilities = np.array([[0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1]])
    found = evaluation.score(LABELS, probabilities, [Row("x", "c"), Row("y", "d")])
    assert (found.top_3, found.accuracy) == (0.5, 0.0)


def test_an_intent_the_classifier_does_not_know_counts_as_wrong() -> None:
    found = evaluation.score(*answers("a>a z>a"))
    assert found.accuracy == 0.5
    assert found.intents[1] == evaluation.IntentFigures("z", 1, 0.0, 0.0, 0.0, Pair("z", "a", 1, 1.0))


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match="no rows"):
        evaluation.score(LABELS, np.empty((0, 4)), [])


def test_the_head_is_scored_through_the_engine() -> None:
    head = Head(LABELS, np.eye(4, dtype=np.float32), np.zeros(4, dtype=np.float32), temperature=0.1)
    artifact = SimpleNamespace(head=head)
    rows = [Row("a sentence", "a"), Row("brown", "b"), Row("deer", "c")]
    assert evaluation.predict(Spelling(), artifact, rows).predicted.tolist() == ["a", "b", "d"]
    assert evaluation.evaluate(Spelling(), artifact, rows).accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("confidence", "right", "expected"),
    [
        ([0.95, 0.95, 0.55, 0.55], [1, 0, 1, 1], 0.45),
        ([0.5, 0.5], [1, 0], 0.0),
        ([1.0, 1.0], [0, 0], 1.0),
        ([0.9, 0.7, 0.7, 0.7], [1, 1, 1, 0], (0.1 + 3 * (0.7 - 2 / 3)) / 4),
    ],
)
def test_the_calibration_error_weighs_gaps_by_rows(confidence: list[float], right: list[int], expected: float) -> None:
    assert evaluation.calibration_error(np.array(confidence), np.array(right)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(90, 100, 0.8256, 0.9448), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)],
)
def test_wilsons_interval_matches_published_values(successes: int, trials: int, low: float, high: float) -> None:
    assert evaluation.wilson(successes, trials) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@pytest.mark.parametrize(
    ("only_first", "only_second", "p_value"),
    [(0, 0, 1.0), (3, 3, 1.0), (0, 6, 2 / 64), (1, 5, 14 / 64), (5, 1, 14 / 64), (10, 2, 158 / 4096)],
)
def test_mcnemar_counts_only_rows_where_one_alone_is_right(only_first: int, only_second: int, p_value: float) -> None:
    truth = np.array(["t"] * (only_first + only_second + 4))
    first = np.array(["t"] * only_first + ["x"] * only_second + ["t", "t", "x", "x"])
    second = np.array(["x"] * only_first + ["t"] * only_second + ["t", "t", "x", "y"])
    found = evaluation.mcnemar(first, second, truth)
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.p_value == pytest.approx(p_value)


def test_latency_is_that_of_one_sentence_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [0.010] * 99 + [0.200]
    clock = iter([moment for number, spent in enumerate(taken) for moment in (number, number + spent)])
    monkeypatch.setattr(evaluation.time, "perf_counter", lambda: next(clock))
    p50, p99 = evaluation.latency_ms(Spelling(), ["a"] * 100)
    assert p50 == pytest.approx(10)
    assert 10 < p99 < 200


_GROWING = """
import numpy as np
import psutil
from training import evaluation
before = evaluation.resident_mb()
held = np.ones(64 * 2**20, dtype=np.uint8)
print(before, evaluation.resident_mb(), psutil.Process().memory_info().rss / 2**20)
"""


def test_resident_memory_is_what_the_system_says_and_grows_with_use() -> None:
    if evaluation.resident_mb() is None:
        pytest.skip("skipped: this system has no /proc")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", _GROWING], capture_output=True, text=True, check=True)
    before, after, told = map(float, done.stdout.split())
    assert after - before > 48
    assert after == pytest.approx(told, rel=0.05)


def test_resident_memory_is_unknown_where_the_system_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "_PROC_STATUS", tmp_path / "status")
    assert evaluation.resident_mb() is None
