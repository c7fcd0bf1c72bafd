"""The policy file as typed data."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

PATH = Path(__file__).with_name("policy.yml")

Place = Literal["user_text", "bot_text", "slot", "entity", "metadata", "log", "broker", "metric"]
Operator = Literal["mask", "last4", "hash", "vault", "keep"]
SlotRule = Literal["keep", "never", "drop", "vault"]
PLACES: tuple[Place, ...] = get_args(Place)
OPERATORS: tuple[Operator, ...] = get_args(Operator)
# Every kind of data that a recogniser or the event scrubber can name.
ENTITIES = frozenset(
    [
        "CARD_NUMBER", "IBAN", "SORT_CODE", "ACCOUNT_NUMBER", "ROUTING_NUMBER", "BIC", "CVV", "PIN", "CODE",
        "PASSWORD", "CARD_EXPIRY", "PHONE_NUMBER", "EMAIL_ADDRESS", "NI_NUMBER", "SSN", "PASSPORT",
        "DRIVING_LICENCE", "TAX_ID", "ADDRESS", "POSTCODE", "DATE_OF_BIRTH", "IP_ADDRESS", "DEVICE_ID",
        "CRYPTO_ADDRESS", "ENCODED", "IDENTIFIER", "PERSON",
    ]
)  # fmt: skip
# Never stored in any form after use (PCI DSS 3.3), so never shown, hashed or sealed either.
_ALWAYS_MASKED = frozenset({"CVV", "PIN", "CODE", "PASSWORD"})
_ENDING = re.compile(r"<([A-Z_]{2,31}) (?:ending [0-9]{4}|#[0-9a-f]{12})>")


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
        """What is done to this kind of data there; `vault` where there is none to seal it for means `mask`."""
        if place == "metric":  # series are kept for years and shown to everybody
            return "mask"
        rules = self.operators.get(entity, {})
        return rules.get(place, rules.get("default", "mask"))

    def hashes(self) -> bool:
        """Whether anything is hashed, so that a key is needed."""
        return any("hash" in rules.values() for rules in self.operators.values())

    def narrowed(self, text: str, place: Place) -> str:
        """Scrubbed `text` as `place` may show it: endings and hashes that its rules do not grant are taken off."""

        def show(match: re.Match[str]) -> str:
            granted = {"last4": " ending ", "hash": " #", "keep": " "}.get(self.operator(match[1], place))
            return match.group() if granted and granted in match.group() else f"<{match[1]}>"

        return _ENDING.sub(show, text)

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
    """The policy in a parsed file; raises PolicyError when a part is missing or says what cannot be done."""
    try:
        operators = {entity: dict(rules) for entity, rules in data["entities"].items()}
        _check(operators)
        slots, values, metadata = data["slots"], data["entity_values"], data["metadata"]
        for place in data["model_places"]:
            _known("place", place, PLACES)
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


def _check(operators: dict[str, dict[str, Any]]) -> None:
    for entity, rules in operators.items():
        _known("entity type", entity, ENTITIES)
        for place, operator in rules.items():
            _known("place", place, (*PLACES, "default"))
            _known("operator", operator, OPERATORS)
            if operator == "vault" and place != "slot":
                raise PolicyError(f"policy.yml: {entity} in {place}: only a slot has a vault")
            if place == "metric" and operator != "mask":
                raise PolicyError(f"policy.yml: {entity} in metric may only be masked, not {operator}")
            if entity in _ALWAYS_MASKED and operator != "mask":
                raise PolicyError(f"policy.yml: {entity} may only be masked, not {operator}")
        if "default" not in rules:
            raise PolicyError(f"policy.yml: {entity} has no default")
    missing = ENTITIES - operators.keys()
    if missing:
        raise PolicyError(f"policy.yml: no rule for {sorted(missing)[0]}")


def _known(what: str, name: Any, names: Collection[str]) -> None:
    if name not in names:
        raise PolicyError(f"policy.yml: unknown {what} {name!r}; there are {', '.join(sorted(names))}")
