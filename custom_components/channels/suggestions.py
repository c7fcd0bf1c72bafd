"""What to offer next after an intent, from data/suggestions.yml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from common.locales import HOME
from common.vocabulary import translated

MOST = 3


class Suggestions:
    """Next steps by intent, as buttons whose payload names the intent, and a step that is none beside it."""

    def __init__(self, path: Path) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._titles: dict[str, str] = {**content["titles"], **content["actions"]}
        self._actions = frozenset(content["actions"])
        self._steps: dict[str, list[str]] = content["suggestions"]

    def after(self, intent: str | None, likely: Iterable[str] = (), language: str = HOME) -> list[dict[str, str]]:
        """At most three steps, titled in `language`; none for an intent that leads nowhere by itself.

        `likely`: intents that the answer itself suggests, from the customer's data; they come first.
        """
        steps = [*dict.fromkeys([*likely, *self._steps.get(intent or "", [])])][:MOST]
        return [
            {"title": translated(self._titles[step], language), "payload": self._payload(intent, step)}
            for step in steps
        ]

    def _payload(self, intent: str | None, step: str) -> str:
        """An intent by its name; a step that is none as the intent it follows, with the step beside it."""
        return f'/{intent}{{"next_step": "{step}"}}' if step in self._actions else f"/{step}"
