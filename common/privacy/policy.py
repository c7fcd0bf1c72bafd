"""The policy file as typed data."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

PATH = Path(__file__).with_name("policy.yml")

Place = Literal["user_text", "bot_text", "slot", "entity", "metadata", "log", "broker"]
Operator = Literal["mask", "last4", "keep"]
SlotRule = Literal["keep", "never", "drop", "vault"]
_OPERATORS = ("mask", "last4", "keep")


class PolicyError(RuntimeError):
    """The policy file says something that cannot be done."""


@dataclass(frozen=True)
class Policy:
    """What is done to each kind of data in each place; see policy.yml."""

    limit: int
    operators: dict[str, dict[str, Operator]]
    model_places: frozenset[str]
    slots_kept: tuple[str, ...]
    slots_never: tuple[str, ...]
    slots_dropped: frozenset[str]
    markers: frozenset[str]
    vault_seconds: int
    entities_kept: frozenset[str]
    known_values: tuple[str, ...]
    metadata_dropped: frozenset[str]
    metadata_verbatim: frozenset[str]
    not_names: frozenset[str]

    def operator(self, entity: str, place: Place) -> Operator:
        """An entity the file does not know is masked."""
        rules = self.operators.get(entity, {})
        return rules.get(place, rules.get("default", "mask"))

    def slot_rule(self, name: str) -> SlotRule:
        """A slot the file does not know goes to the vault."""
        if name in self.slots_dropped:
            return "drop"
        if any(fnmatchcase(name, pattern) for pattern in self.slots_never):
            return "never"
        if any(fnmatchcase(name, pattern) for pattern in self.slots_kept):
            return "keep"
        return "vault"

    def is_known_value(self, name: str) -> bool:
        """Whether values of a slot or entity with this name are replaced wherever else they stand."""
        return any(name == known or name.endswith(f"_{known}") for known in self.known_values)


@lru_cache(maxsize=1)
def load() -> Policy:
    """The shipped policy, read once; raises PolicyError when it is unusable."""
    return parse(yaml.safe_load(PATH.read_text(encoding="utf-8")))


def parse(data: dict[str, Any]) -> Policy:
    """The policy in a parsed file; raises PolicyError when a part is missing or an operator is unknown."""
    try:
        operators = {entity: dict(rules) for entity, rules in data["entities"].items()}
        unknown = {rule for rules in operators.values() for rule in rules.values()} - set(_OPERATORS)
        if unknown:
            raise PolicyError(f"policy.yml: unknown operator {sorted(unknown)[0]!r}")
        slots, values, metadata = data["slots"], data["entity_values"], data["metadata"]
        return Policy(
            limit=int(data["limit"]),
            operators=operators,
            model_places=frozenset(data["model_places"]),
            slots_kept=tuple(slots["keep"]),
            slots_never=tuple(slots["never"]),
            slots_dropped=frozenset(slots["drop"]),
            markers=frozenset(slots["markers"]),
            vault_seconds=int(slots["vault_seconds"]),
            entities_kept=frozenset(values["keep"]),
            known_values=tuple(values["known"]),
            metadata_dropped=frozenset(metadata["drop"]),
            metadata_verbatim=frozenset(metadata["verbatim"]),
            not_names=frozenset(data["not_names"].split()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PolicyError(f"policy.yml: {type(error).__name__} {error}") from error
