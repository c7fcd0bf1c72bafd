"""What to offer next after an intent, from data/suggestions.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

MOST = 3


class Suggestions:
    """Next steps by intent, as buttons whose payload names the intent."""

    def __init__(self, path: Path) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        titles: dict[str, str] = content["titles"]
        self._steps = {
            intent: [{"title": titles[step], "payload": f"/{step}"} for step in steps]
            for intent, steps in content["suggestions"].items()
        }

    def after(self, intent: str | None) -> list[dict[str, str]]:
        """At most three steps; none for an intent that leads nowhere by itself."""
        return self._steps.get(intent or "", [])[:MOST]
