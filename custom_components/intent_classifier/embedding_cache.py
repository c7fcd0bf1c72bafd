"""Features of sentences kept between trainings, by the artefact and a keyless hash of the sentence."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from custom_components.intent_classifier.encoder import normalise
from custom_components.intent_classifier.engines.engine import Engine


def features(engine: Engine, texts: list[str], path: Path) -> np.ndarray:
    """float32 (len(texts), hidden), computed only for sentences that `path` (.npz) does not hold yet.

    Holds the designers' example sentences only, never what a customer said.
    """
    names = [hashlib.sha256(normalise(text).encode()).hexdigest() for text in texts]
    known: dict[str, np.ndarray] = {}
    if path.is_file():
        with np.load(path) as stored:
            known = dict(zip(stored["names"].tolist(), stored["features"], strict=True))
    missing = sorted({name: text for name, text in zip(names, texts, strict=True) if name not in known}.items())
    if missing:
        computed = engine.features([text for _, text in missing])
        known |= {name: row for (name, _), row in zip(missing, computed, strict=True)}
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = sorted(set(names))
        fresh = path.with_suffix(".new.npz")
        np.savez(fresh, names=np.array(kept), features=np.stack([known[name] for name in kept]))
        os.replace(fresh, path)
    return np.stack([known[name] for name in names])
