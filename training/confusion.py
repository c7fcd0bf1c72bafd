"""Which intents a classifier takes for which others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform


@dataclass(frozen=True)
class Pair:
    """`rows` of `intent`, a `share` of all its rows, were answered as `answered`."""

    intent: str
    answered: str
    rows: int
    share: float


@dataclass(frozen=True)
class Confusions:
    """`counts[i, j]` rows of the intent `names[i]` were answered as `names[j]`; `counts` is (names, names)."""

    names: tuple[str, ...]
    counts: np.ndarray

    @property
    def mistakes(self) -> np.ndarray:
        """`counts` without the right answers."""
        return self.counts - np.diag(np.diag(self.counts))

    def pairs(self) -> list[Pair]:
        """Every pair that was confused, the most rows first."""
        totals = self.counts.sum(axis=1)
        found = [
            Pair(self.names[i], self.names[j], int(self.counts[i, j]), float(self.counts[i, j] / totals[i]))
            for i, j in zip(*self.mistakes.nonzero(), strict=True)
        ]
        return sorted(found, key=lambda pair: (-pair.rows, -pair.share, pair.intent, pair.answered))

    def only(self, names: list[str]) -> Confusions:
        """The part between `names`, in their order."""
        places = [self.names.index(name) for name in names]
        return Confusions(tuple(names), self.counts[np.ix_(places, places)])

    def busiest(self, limit: int) -> Confusions:
        """At most `limit` intents: those of the most frequent confusions."""
        chosen: dict[str, None] = {}
        for pair in self.pairs():
            wider = chosen | dict.fromkeys((pair.intent, pair.answered))
            if len(wider) <= limit:
                chosen = wider
        return self.only(list(chosen))

    def clustered(self) -> Confusions:
        """The same with intents that are confused with each other side by side, and those never confused last.

        Average linkage over the share of each other's rows that are mistaken, leaves in optimal order.
        """
        share = self.mistakes / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        likeness = share + share.T
        confused = likeness.any(axis=1)
        names = np.array(self.names, dtype=object)
        order = list(names[confused])
        if len(order) > 2:
            part = likeness[np.ix_(confused, confused)]
            distance = squareform(1 - part / part.max(), checks=False)
            order = list(names[confused][leaves_list(linkage(distance, "average", optimal_ordering=True))])
        return self.only(order + sorted(names[~confused]))


def count(truth: np.ndarray, predicted: np.ndarray) -> Confusions:
    """The confusions between true and predicted names (n,), names in alphabetical order."""
    names, places = np.unique(np.concatenate([truth, predicted]), return_inverse=True)
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(counts, (places[: len(truth)], places[len(truth) :]), 1)
    return Confusions(tuple(str(name) for name in names), counts)
