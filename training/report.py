"""An evaluation as one HTML file that needs nothing else: figures, pictures, and a table an intent."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from training import confusion, evaluation, out_of_scope
from training.data import DataError
from training.evaluation import Predictions

THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_TEMPLATE = "report.html.j2"
_SMALL_MATRIX = 24
_PAIRS = 20
_SENTENCES = 200


@dataclass(frozen=True)
class Run:
    """What was measured, by what and when; `latency_ms` is (p50, p99) of one sentence, `resident_mb` MiB or None."""

    data: str
    engine: str
    artifact_digest: str
    date: datetime
    latency_ms: tuple[float, float]
    resident_mb: float | None


@dataclass(frozen=True)
class ScopeScores:
    """Scores called `name`, higher meaning more in scope, of the evaluated sentences and of out-of-scope ones."""

    name: str
    in_scope: np.ndarray
    out_of_scope: np.ndarray


@dataclass(frozen=True)
class Threshold:
    """With a fallback below `confidence`: the share of rows answered, and the share of the answers that are right."""

    confidence: float
    answered: float
    accuracy: float | None


def write(
    path: Path, said: Predictions, run: Run, scope: ScopeScores | None = None, show_sentences: bool = False
) -> None:
    """Write the report on `said` to `path`.

    Sentences can be customers' own words: none is written unless `show_sentences`, and then only the 200 wrong ones
    of highest confidence. Raises DataError without rows, for scope scores that cannot be measured, or when `path`
    cannot be written.
    """
    html = render(said, run, scope, show_sentences)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise DataError(f"report: {path} cannot be written ({error.strerror}); name another file") from error


def render(said: Predictions, run: Run, scope: ScopeScores | None = None, show_sentences: bool = False) -> str:
    """The report's HTML; arguments as in `write`."""
    from training import pictures  # matplotlib's import takes a second that only a report is worth

    found = evaluation.score(*said)
    confusions = confusion.count(said.truth, said.predicted)
    right = said.predicted == said.truth
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"picture": _data_uri, "breakable": _breakable}
    pairs = confusions.pairs()
    apart, scope_picture = None, None
    if scope:
        apart = out_of_scope.separation(scope.in_scope, scope.out_of_scope)
        scope_picture = pictures.scope(scope.in_scope, scope.out_of_scope, apart, scope.name)
    return environment.get_template(_TEMPLATE).render(
        found=found,
        run=run,
        right=int(right.sum()),
        unknown=sorted(set(said.truth) - set(said.labels)),
        foreign=sorted(set(said.predicted) - set(said.truth)),
        thresholds=[_threshold(confidence, said.confidence, right) for confidence in THRESHOLDS],
        pairs=pairs[:_PAIRS],
        more_pairs=len(pairs) - len(pairs[:_PAIRS]),
        reliability=pictures.reliability(said.confidence, right),
        busiest=pictures.matrix(confusions.busiest(_SMALL_MATRIX).clustered()) if pairs else None,
        matrix=pictures.matrix(confusions.clustered()),
        scope=scope,
        apart=apart,
        scope_picture=scope_picture,
        mistakes=_mistakes(said, right) if show_sentences else None,
        intents=sorted(found.intents, key=lambda figures: (figures.f1, figures.intent)),
    )


def _threshold(confidence: float, confidences: np.ndarray, right: np.ndarray) -> Threshold:
    answered = confidences >= confidence
    return Threshold(confidence, float(answered.mean()), float(right[answered].mean()) if answered.any() else None)


def _mistakes(said: Predictions, right: np.ndarray) -> list[dict[str, Any]]:
    wrong = [i for i in np.argsort(-said.confidence, kind="stable") if not right[i]][:_SENTENCES]
    predicted, confidence = said.predicted, said.confidence
    return [
        {
            "text": said.rows[i].text,
            "intent": said.rows[i].intent,
            "answered": predicted[i],
            "confidence": confidence[i],
        }
        for i in wrong
    ]


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _breakable(name: str) -> Markup:
    """An intent's name that may wrap after its underscores."""
    return escape(name).replace("_", Markup("_<wbr>"))
