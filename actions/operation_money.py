"""What is asked for money between one's own accounts and cards, and for what is set up once and goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.form_turn import Miss
from actions.operation_recipe import Recipe
from actions.operation_values import (
    ACCOUNT,
    CARD,
    Field,
    Values,
    amount_in_currency,
    buttons,
    payee_choices,
    read_payee,
    word,
)
from actions.parsing.amounts import find_amounts, find_currencies
from actions.parsing.days import find_day
from actions.parsing.numbers_in_ids import IbanProblem, find_iban
from actions.parsing.pairs import find_pair
from actions.parsing.people import only_name
from actions.parsing.schedules import find_schedule
from actions.parsing.text import normalise
from actions.turn import Turn

_BELOW = re.compile(
    r"\b(?:(?:when|whenever|if|once|as soon as)\b.{0,40}?)?\b(?:below|under|less than|falls? to|drops? to|gets? to)\s"
    r"(?P<rest>[£€$]?\s?[\d.,]+(?:\s?(?:pounds?|quid|euros?|dollars?|gbp|eur|usd))?)",
    re.I,
)
_ADDED = re.compile(
    r"\b(?:add|save|called|named|name is|payee is)\s(?P<name>[^\W\d_][\w'.\- ]{1,60}?)"
    r"(?=\s(?:as|to|with|and|iban)\b|[,.;:]|$)",
    re.I,
)
_NO_NAME = re.compile(r"\b(?:payee|recipient|beneficiary|someone|somebody|person|account|new|iban)\b", re.I)


async def _read_given(turn: Turn, values: Values, asked: bool) -> Any:
    if asked and len(find_currencies(turn.text)) == 1:
        return find_currencies(turn.text)[0]
    return find_pair(turn.text)[0]


async def _read_wanted(turn: Turn, values: Values, asked: bool) -> Any:
    if asked and len(find_currencies(turn.text)) == 1:
        return find_currencies(turn.text)[0]
    return find_pair(turn.text)[1]


def _schedule(turn: Turn) -> Values | None:
    """A rhythm with its first day; a day alone means once."""
    today = datetime.now(turn.zone).date()
    found = find_schedule(turn.text, today)
    if found:
        return {"schedule": found[0], "first_run": found[1].isoformat()}
    day = find_day(turn.text, today)
    return {"schedule": "once", "first_run": day.isoformat()} if day else None


async def read_schedule(turn: Turn, values: Values, asked: bool) -> Any:
    """A rhythm with its first day: `{"schedule", "first_run"}`."""
    return _schedule(turn)


async def read_trigger(turn: Turn, values: Values, asked: bool) -> Any:
    """The balance below which to top up, or a rhythm; an amount alone, where it was asked for, is that balance."""
    below = _BELOW.search(normalise(turn.text))
    amounts = find_amounts(below["rest"] if below else turn.text) if below or asked else []
    if amounts and amounts[0].currency in (None, values["currency"]):
        return {"threshold": {"minor": amounts[0].minor(values["currency"]), "currency": values["currency"]}}
    found = _schedule(turn)
    return found if found and found["schedule"] != "once" else None


async def read_amount_besides_trigger(turn: Turn, values: Values, asked: bool) -> Any:
    """The amount, where the message also names the balance below which it is paid in."""
    full, turn.text = turn.text, _BELOW.sub(" ", normalise(turn.text))
    try:
        return await _read_amount(turn, values, asked)
    finally:
        turn.text = full


async def _read_iban(turn: Turn, values: Values, asked: bool) -> Any:
    try:
        return find_iban(turn.text)
    except IbanProblem:
        raise Miss("utter_error_invalid_iban_checksum") from None


async def _read_new_name(turn: Turn, values: Values, asked: bool) -> Any:
    found = _ADDED.search(normalise(turn.text))
    name = only_name(found["name"]) if found and not _NO_NAME.search(found["name"]) else None
    if name is None and asked and not re.search(r"\d", turn.text):
        name = only_name(turn.text)
    return name


_read_amount = amount_in_currency(lambda values: values["currency"])
_FUNDING = replace(CARD, name="funding", ask="utter_ask_operation_funding", again=frozenset({"card_unverified"}))
_AMOUNT = Field(
    "amount", "utter_ask_operation_amount", "utter_operation_explain_amount", _read_amount, word("amount|sum"),
    again=frozenset({"insufficient_funds", "limit_exceeded", "invalid_amount", "below_smallest"}),
)  # fmt: skip
_EXCHANGED = replace(_AMOUNT, read=amount_in_currency(lambda values: values.get("from")))
_GIVEN = Field(
    "from", "utter_ask_operation_from", "utter_operation_explain_currency", _read_given, word("source currency"),
    again=frozenset({"no_account_in_currency"}),
)  # fmt: skip
_WANTED = Field(
    "to", "utter_ask_operation_to", "utter_operation_explain_currency", _read_wanted, word("currency|target"),
    again=frozenset({"currency_not_offered", "same_currency"}),
)  # fmt: skip
_PAYEE = Field(
    "payee", "utter_ask_operation_payee", "utter_operation_explain_payee", read_payee, word("payee|recipient"),
    payee_choices, again=frozenset({"payee_not_allowed", "not_found"}),
)  # fmt: skip
_SCHEDULE = Field(
    "schedule", "utter_ask_operation_schedule", "utter_operation_explain_schedule", read_schedule,
    word("schedule|date|day|rhythm"), buttons("Every month", "Every week", "Once, tomorrow"),
    again=frozenset({"no_such_schedule", "day_passed"}),
)  # fmt: skip
_TRIGGER = Field(
    "trigger", "utter_ask_operation_trigger", "utter_operation_explain_trigger", read_trigger,
    word("trigger|threshold|schedule|balance"), buttons("Every month", "Every week"),
    again=frozenset({"no_such_schedule"}),
)  # fmt: skip
_IBAN = Field(
    "iban", "utter_ask_operation_iban", "utter_operation_explain_iban", _read_iban, word("iban|account|number"),
    again=frozenset({"invalid_iban"}),
)  # fmt: skip
_NAME = Field("name", "utter_ask_operation_name", "utter_operation_explain_name", _read_new_name, word("name"))


def _money(values: Values) -> dict[str, Any]:
    return {"amount_minor": values["amount"]["minor"], "currency": values["amount"]["currency"]}


def _exchange(values: Values) -> dict[str, Any]:
    return {"from": values["from"], "to": values["to"], "amount_minor": values["amount"]["minor"]}


def _top_up(values: Values) -> dict[str, Any]:
    return {**_money(values), "funding_card_id": values["funding"]["id"]}


def _auto_top_up(values: Values) -> dict[str, Any]:
    trigger = values["trigger"]
    when = {"threshold_minor": trigger["threshold"]["minor"]} if "threshold" in trigger else trigger
    return {**_top_up(values), **when}


def _standing_order(values: Values) -> dict[str, Any]:
    return {**_money(values), **values["schedule"], "payee_id": values["payee"]["id"]}


def _new_payee(values: Values) -> dict[str, Any]:
    return {"iban": values["iban"], "name": values["name"]}


def _said_payee(facts: Mapping[str, Any]) -> str:
    return {
        "match": "utter_summary_add_payee_match",
        "unavailable": "utter_summary_add_payee_unchecked",
    }.get(facts["name_check"], "utter_summary_add_payee_differs")


MONEY_RECIPES = (
    Recipe("exchange", (_GIVEN, _WANTED, _EXCHANGED), "utter_summary_exchange", "utter_done_exchange", _exchange),
    Recipe("top_up_by_card", (_FUNDING, _AMOUNT, ACCOUNT), "utter_summary_top_up", "utter_done_top_up", _top_up),
    Recipe(
        "create_auto_top_up", (_FUNDING, replace(_AMOUNT, read=read_amount_besides_trigger), _TRIGGER, ACCOUNT),
        lambda facts: "utter_summary_auto_top_up_threshold" if "threshold" in facts else "utter_summary_auto_top_up",
        "utter_done_auto_top_up", _auto_top_up,
    ),
    Recipe("create_standing_order", (_PAYEE, _AMOUNT, _SCHEDULE, ACCOUNT),
           lambda facts: "utter_summary_pay_later" if facts["schedule"] == "once" else "utter_summary_standing_order",
           "utter_done_standing_order", _standing_order),
    Recipe("add_payee", (_IBAN, _NAME), _said_payee, "utter_done_add_payee", _new_payee),
)  # fmt: skip
