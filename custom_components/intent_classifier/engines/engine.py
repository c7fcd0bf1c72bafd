"""What every engine offers: features of sentences, the same from each within the artefact's tolerance.

EngineError      an engine does not start, or does not answer
└── EngineBusy   it has as much to do as it takes on; ask again shortly
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class EngineError(RuntimeError):
    """An engine does not start or does not answer; the message says what to do and quotes no sentence."""


class EngineBusy(EngineError):
    """An engine has as many sentences waiting as it takes on."""


@dataclass(frozen=True)
class Options:
    """What config.yml tells an engine beside its name; an engine reads what concerns it.

    `url` is the address of the classifier service, for `engine: remote`.
    """

    url: str | None = None


DEFAULTS = Options()


class Engine(Protocol):
    """Turns sentences into features of the tuned Llama; safe to call from several threads."""

    name: str

    def features(self, texts: list[str]) -> np.ndarray:
        """float32 of shape (len(texts), hidden size)."""
        ...
