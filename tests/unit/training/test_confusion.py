from __future__ import annotations

import numpy as np
import pytest

from training import confusion
from training.confusion import Confusions, Pair


def counted(words: str) -> Confusions:
    """Confusions from "truth>answer*rows" words."""
    rows = [(word.split(">")[0], word.split(">")[1].split("*")[0], int(word.split("*")[1])) for word in words.split()]
    truth, answers = (np.array([row[side] for row in rows for _ in range(row[2])]) for side in (0, 1))
    return confusion.count(truth, answers)


def test_counts_hold_every_row_at_its_place() -> None:
    found = counted("a>a*5 a>b*2 c>a*1")
    assert found.names == ("a", "b", "c")
    assert found.counts.tolist() == [[5, 2, 0], [0, 0, 0], [1, 0, 0]]
    assert found.mistakes.tolist() == [[0, 2, 0], [0, 0, 0], [1, 0, 0]]


def test_pairs_come_by_rows_then_share_then_name() -> None:
    found = counted("a>a*6 a>b*2 b>a*3 c>a*2 d>d*6 d>a*2").pairs()
    assert found == [Pair("b", "a", 3, 1.0), Pair("c", "a", 2, 1.0), Pair("a", "b", 2, 0.25), Pair("d", "a", 2, 0.25)]


def test_nothing_confused_gives_no_pairs_and_alphabetical_order() -> None:
    found = counted("b>b*2 a>a*1")
    assert found.pairs() == []
    assert found.clustered().names == ("a", "b")
    assert found.busiest(5).names == ()


def test_confused_intents_stand_side_by_side_and_clean_ones_last() -> None:
    found = counted("a>a*9 m>m*9 z>z*9 b>b*9 n>n*9 y>y*9 clean>clean*9 a>z*4 m>y*4 y>m*3 b>n*4").clustered()
    places = {name: place for place, name in enumerate(found.names)}
    assert places["clean"] == 6
    assert [abs(places[one] - places[other]) for one, other in ("az", "my", "bn")] == [1, 1, 1]
    assert found.counts[places["m"], places["y"]] == 4
    assert found.counts[places["y"], places["m"]] == 3
    assert found.counts.sum() == 7 * 9 + 15


@pytest.mark.parametrize(
    ("limit", "names"), [(2, {"a", "b"}), (3, {"a", "b"}), (4, {"a", "b", "c", "d"}), (9, {"a", "b", "c", "d"})]
)
def test_the_busiest_are_whole_pairs_within_the_limit(limit: int, names: set[str]) -> None:
    assert set(counted("a>b*3 c>d*2 e>e*9").busiest(limit).names) == names
