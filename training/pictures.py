"""The report's pictures, as SVG text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from training.calibration import BINS, binned
from training.confusion import Confusions
from training.evaluation import wilson
from training.out_of_scope import Separation

INK, QUIET, EDGE, GRID, BRAND, WARM = "#13262a", "#4f6367", "#c3d0d2", "#e4ecec", "#0d5c63", "#c2570c"
_MISTAKES = LinearSegmentedColormap.from_list("mistakes", ["#fdebcf", "#e8871e", "#8c1d18"])
_RIGHT = LinearSegmentedColormap.from_list("right", ["#e3efef", "#5f9ea2"])
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "teller",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": EDGE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
}
_INCHES_A_LABEL, _INCHES_A_LETTER, _LABELS_A_SCREEN = 0.155, 0.058, 40


def reliability(confidence: np.ndarray, right: np.ndarray) -> str:
    """Accuracy against confidence in 15 bins with Wilson's 95 % whiskers, over a histogram of the confidences."""
    bins = binned(confidence, right)
    middles = [b.confidence for b in bins]
    heights = [b.accuracy for b in bins]
    intervals = [wilson(round(b.accuracy * b.rows), b.rows) for b in bins]
    with _figure(6.2, 5.2) as (figure, drawn):
        figure.subplots_adjust(left=0.11, right=0.96, top=0.98, bottom=0.1)
        upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1], "hspace": 0.12})
        upper.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (4, 3)), label="perfectly calibrated")
        upper.vlines(middles, heights, middles, color=WARM, linewidth=5, alpha=0.35, label="gap")
        whiskers = [[y - low for y, (low, _) in zip(heights, intervals, strict=True)]]
        whiskers.append([high - y for y, (_, high) in zip(heights, intervals, strict=True)])
        upper.errorbar(
            middles,
            heights,
            yerr=np.clip(whiskers, 0, None),
            fmt="o",
            markersize=5,
            color=BRAND,
            ecolor=BRAND,
            elinewidth=1,
            capsize=2,
            label="accuracy, 95% interval",
        )
        upper.set(ylabel="accuracy", ylim=(0, 1.03), xlim=(0, 1.01))
        upper.yaxis.set_major_formatter(PercentFormatter(1.0))
        upper.legend(loc="lower right")
        lower.hist(confidence, bins=BINS, range=(0, 1), color=BRAND, alpha=0.75, rwidth=0.92)
        lower.set(xlabel="confidence", ylabel="rows")
        lower.xaxis.set_major_formatter(PercentFormatter(1.0))
        lower.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    return drawn.getvalue()


def matrix(confusions: Confusions) -> str:
    """A confusion matrix, intents down and answers across, with the mistakes counted in their cells.

    Shades are shares of the intent's rows. Only occupied cells are drawn, and labels are plain text instead of ticks,
    which keeps a hundred labels light; a matrix too large for one screen has them on all four sides.
    """
    size = len(confusions.names)
    wide = size > _LABELS_A_SCREEN
    margin = _INCHES_A_LETTER * max(len(name) for name in confusions.names) + 0.15
    after = margin if wide else 0.1
    side = size * _INCHES_A_LABEL
    total = margin + side + after
    share = confusions.counts / np.maximum(confusions.counts.sum(axis=1, keepdims=True), 1)
    occupied = list(zip(*share.nonzero(), strict=True))
    with _figure(total, total) as (figure, drawn):
        axes = figure.add_axes([margin / total, after / total, side / total, side / total])
        axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5))
        axes.set_axis_off()
        lines = np.arange(size + 1) - 0.5
        axes.hlines(lines, -0.5, size - 0.5, color=GRID, linewidth=0.5, clip_on=False)
        axes.vlines(lines, -0.5, size - 0.5, color=GRID, linewidth=0.5, clip_on=False)
        _cells(axes, [(i, j) for i, j in occupied if i == j], share, _RIGHT)
        _cells(axes, [(i, j) for i, j in occupied if i != j], share, _MISTAKES)
        for i, j in zip(*confusions.mistakes.nonzero(), strict=True):
            colour = "#ffffff" if share[i, j] > 0.35 else INK
            axes.text(j, i, confusions.counts[i, j], ha="center", va="center", fontsize=6, color=colour)
        for place, name in enumerate(map(_plain, confusions.names)):
            upright = {"fontsize": 7, "va": "center", "rotation_mode": "anchor"}
            axes.text(-0.8, place, name, ha="right", **upright)
            axes.text(place, -0.8, name, ha="left", rotation=90, **upright)
            if wide:
                axes.text(size - 0.2, place, name, ha="left", **upright)
                axes.text(place, size - 0.2, name, ha="right", rotation=90, **upright)
    return drawn.getvalue()


def scope(in_scope: np.ndarray, out_of_scope: np.ndarray, found: Separation, score_name: str) -> str:
    """Both sides' scores, each as shares of its sentences, and the threshold that keeps 95 % of the in-scope ones."""
    both = np.concatenate([in_scope, out_of_scope])
    edges = np.linspace(both.min(), both.max(), 41) if np.ptp(both) else np.array([both[0] - 0.5, both[0] + 0.5])
    with _figure(6.2, 3.6) as (figure, drawn):
        figure.subplots_adjust(left=0.11, right=0.98, top=0.92, bottom=0.13, hspace=0.18)
        upper, lower = figure.subplots(2, 1, sharex=True)
        for axes, scores, colour, name in (
            (upper, in_scope, BRAND, "in scope"),
            (lower, out_of_scope, WARM, "out of scope"),
        ):
            axes.hist(
                scores, edges, weights=np.full(len(scores), 1 / len(scores)), color=colour, alpha=0.75, rwidth=0.9
            )
            axes.axvline(found.threshold, color=INK, linewidth=1, linestyle=(0, (4, 3)))
            axes.set_ylabel(name)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
            axes.yaxis.set_major_locator(MaxNLocator(4))
        left = found.threshold > edges.mean()
        upper.annotate(
            "← refused at 95% recall" if left else "let in at 95% recall →",
            (found.threshold, 1.02),
            xycoords=("data", "axes fraction"),
            ha="right" if left else "left",
            va="bottom",
            color=QUIET,
        )
        lower.set_xlabel(_plain(score_name))
    return drawn.getvalue()


@contextmanager
def _figure(width: float, height: float) -> Iterator[tuple[Figure, io.StringIO]]:
    """A figure of inches to draw on, and the buffer that holds its SVG after the block."""
    with matplotlib.rc_context(_STYLE):
        figure, drawn = Figure(figsize=(width, height)), io.StringIO()
        yield figure, drawn
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})


def _cells(axes: Axes, places: list[tuple[int, int]], share: np.ndarray, colours: LinearSegmentedColormap) -> None:
    shades = [colours(np.sqrt(share[place])) for place in places]
    axes.add_collection(
        PatchCollection([Rectangle((j - 0.5, i - 0.5), 1, 1) for i, j in places], facecolors=shades, linewidths=0)
    )


def _plain(text: str) -> str:
    """The text with dollar signs that matplotlib does not take for mathematics."""
    return text.replace("$", r"\$")
