"""What a customer reads on a button for an intent."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).resolve().parent.parent / "data" / "suggestions.yml"


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {**content["titles"], **content["actions"], **content["choices"]}


def title(intent: str) -> str | None:
    """The title in data/suggestions.yml; None for an intent that is never offered."""
    return _titles().get(intent)
