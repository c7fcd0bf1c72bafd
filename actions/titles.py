"""What a customer reads on a button for an intent."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parent.parent / "data" / "suggestions.yml"


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    return dict(yaml.safe_load(_FILE.read_text(encoding="utf-8"))["titles"])


def title(intent: str) -> str:
    """The title in data/suggestions.yml; an intent that is never suggested reads as its own name."""
    return _titles().get(intent) or intent.replace("_", " ").capitalize()
