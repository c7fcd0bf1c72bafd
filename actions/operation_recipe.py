"""One entry of the table of operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.bank.use_cases.operations import Order
from actions.operation_values import Field, Values

Said = str | Callable[[Mapping[str, Any]], str]


def no_details(values: Values) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Recipe:
    """`kind` is the bank's operation; `fields` are asked in this order; `details` turns values into the order's own.
    `summary` and `done` are responses, or choose one by the facts of the quote or the outcome."""

    kind: str
    fields: tuple[Field, ...]
    summary: Said
    done: Said
    details: Callable[[Values], dict[str, Any]] = no_details

    def order(self, values: Values) -> Order:
        ids = {name: (values.get(name) or {}).get("id") for name in ("card", "account")}
        return Order(ids["card"], ids["account"], self.details(values))

    def said_summary(self, facts: Mapping[str, Any]) -> str:
        return self.summary if isinstance(self.summary, str) else self.summary(facts)

    def said_done(self, facts: Mapping[str, Any]) -> str:
        return self.done if isinstance(self.done, str) else self.done(facts)
