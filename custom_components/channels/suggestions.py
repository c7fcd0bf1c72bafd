"""What to offer next after an intent, from data/suggestions.yml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

MOST = 3


class Suggestions:
    """Next steps by intent, as buttons whose payload names the intent."""

    def __init__(self, path: Path) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        titles: dict[str, str] = content["titles"]
        self._titles = titles
        self._steps = {
            intent: [{"title": titles[step], "payload": f"/{step}"} for step in steps]
            for intent, steps in content["suggestions"].items()
        }

    def after(self, intent: str | None, likely: Iterable[str] = ()) -> list[dict[str, str]]:
        """At most three steps; none for an intent that leads nowhere by itself.

        `likely`: intents that the answer itself suggests, from the customer's data; they come first.
        """
        first = [{"title": self._titles[step], "payload": f"/{step}"} for step in dict.fromkeys(likely)]
        usual = [step for step in self._steps.get(intent or "", []) if step not in first]
        return [*first, *usual][:MOST]
