"""What is asked to change what goes on by itself: standing orders and automatic top-ups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from actions.bank.model.regular import StandingOrder
from actions.bank.model.top_ups import AutoTopUp
from actions.operation_money import read_amount_besides_trigger, read_schedule, read_trigger
from actions.operation_recipe import Recipe
from actions.operation_values import Field, Values, amount_in_currency, word
from actions.parsing.schedules import moved
from actions.parsing.text import normalise, tokens
from actions.turn import Button, Turn

_IT = re.compile(r"\b(?:standing order|automatic top-up) of \S+", re.I)


def order_values(orders: Sequence[StandingOrder], **more: Any) -> Values:
    """The standing orders that can be meant; the only one is chosen."""
    offered = [
        {"id": one.id, "name": one.payee, "amount": one.amount.format(), "currency": one.amount.currency,
         "schedule": one.schedule}
        for one in orders
    ]  # fmt: skip
    return {"regular": offered, "order": offered[0] if len(offered) == 1 else None, **more}


def rule_values(rules: Sequence[AutoTopUp], **more: Any) -> Values:
    """The automatic top-ups that can be meant; the only one is chosen."""
    offered = [
        {"id": one.id, "name": one.account, "amount": one.amount.format(), "currency": one.amount.currency,
         "schedule": one.schedule}
        for one in rules
    ]  # fmt: skip
    return {"regular": offered, "order": offered[0] if len(offered) == 1 else None, **more}


def meant(text: str, offered: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those whose payee or account the words name; of several, those whose amount they name too."""
    said = set(tokens(text))
    named = [one for one in offered if said & set(tokens(one["name"]))]
    exact = [one for one in named if one["amount"] in text]
    return exact or named


async def _read_order(turn: Turn, values: Values, asked: bool) -> Any:
    fitting = meant(turn.text, values["regular"])
    return fitting[0] if len(fitting) == 1 else None


async def _order_choices(turn: Turn, values: Values) -> list[Button]:
    return [
        Button(f"{one['name']}, {one['amount']}", f"the standing order of {one['amount']} to {one['name']}")
        for one in values["regular"]
    ]


async def _rule_choices(turn: Turn, values: Values) -> list[Button]:
    return [
        Button(f"{one['name']}, {one['amount']}", f"the automatic top-up of {one['amount']} for {one['name']}")
        for one in values["regular"]
    ]


def _in_its_currency(values: Values) -> Values:
    return {**values, "currency": values["order"]["currency"]}


_read_order_amount = amount_in_currency(lambda values: values["currency"])


async def _read_order_change(turn: Turn, values: Values, asked: bool) -> Any:
    """Another amount, another rhythm or day, or both, beside what was said before."""
    order = values.get("order")
    if order is None:
        return None
    full, turn.text = turn.text, _IT.sub(" ", normalise(turn.text))
    try:
        amount = await _read_order_amount(turn, _in_its_currency(values), False)
        schedule = await read_schedule(turn, values, asked)
    finally:
        turn.text = full
    if schedule and schedule["schedule"] == "once":  # a day alone moves the rhythm that there is
        day = date.fromisoformat(schedule["first_run"])
        schedule = {**schedule, "schedule": moved(order["schedule"], day)}
    found = {**({"amount": amount} if amount else {}), **(schedule or {})}
    return {**(values.get("change") or {}), **found} if found else None


async def _read_rule_change(turn: Turn, values: Values, asked: bool) -> Any:
    """Another amount, another trigger, or both, beside what was said before."""
    if values.get("order") is None:
        return None
    full, turn.text = turn.text, _IT.sub(" ", normalise(turn.text))
    try:
        amount = await read_amount_besides_trigger(turn, _in_its_currency(values), False)
        trigger = await read_trigger(turn, _in_its_currency(values), False)
    finally:
        turn.text = full
    found = {**({"amount": amount} if amount else {}), **(trigger or {})}
    if not found:
        return None
    kept = {} if trigger is None else {"threshold": None, "schedule": None, "first_run": None}
    return {**(values.get("change") or {}), **kept, **found}


def _changed_order(values: Values) -> dict[str, Any]:
    change = values["change"]
    amount = {"amount_minor": change["amount"]["minor"]} if "amount" in change else {}
    return {"order_id": values["order"]["id"], **amount, **_named(change, "schedule", "first_run")}


def _changed_rule(values: Values) -> dict[str, Any]:
    change = values["change"]
    amount = {"amount_minor": change["amount"]["minor"]} if "amount" in change else {}
    threshold = {"threshold_minor": change["threshold"]["minor"]} if change.get("threshold") else {}
    return {"rule_id": values["order"]["id"], **amount, **threshold, **_named(change, "schedule", "first_run")}


def _named(change: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: change[name] for name in names if change.get(name)}


_CHANGE = Field(
    "change", "utter_ask_operation_order_change", "utter_operation_explain_order_change", _read_order_change,
    word("amount|sum|day|date|rhythm|schedule"),
    again=frozenset({"no_such_schedule", "day_passed", "order_already_so", "invalid_amount"}),
)  # fmt: skip
_RULE_CHANGE = Field(
    "change", "utter_ask_operation_rule_change", "utter_operation_explain_rule_change", _read_rule_change,
    word("amount|sum|trigger|threshold|schedule|balance"),
    again=frozenset(
        {"no_such_schedule", "below_smallest", "limit_exceeded", "invalid_amount", "auto_top_up_already_so"}
    ),
)  # fmt: skip
_ORDER = Field(
    "order", "utter_ask_operation_order", "utter_operation_explain_order", _read_order, word("payee|recipient|order"),
    _order_choices,
)  # fmt: skip
_RULE = Field(
    "order", "utter_ask_operation_rule", "utter_operation_explain_rule", _read_order, word("account|rule"),
    _rule_choices,
)  # fmt: skip

REGULAR_RECIPES = (
    Recipe("change_standing_order", (_ORDER, _CHANGE), "utter_summary_change_standing_order",
           "utter_done_change_standing_order", _changed_order),
    Recipe("change_auto_top_up", (_RULE, _RULE_CHANGE),
           lambda facts: "utter_summary_change_auto_top_up_threshold" if "threshold" in facts
           else "utter_summary_change_auto_top_up",
           "utter_done_change_auto_top_up", _changed_rule),
)  # fmt: skip
