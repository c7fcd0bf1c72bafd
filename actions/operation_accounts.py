"""What is asked for operations on the account as a contract: details, leaving, a loan, a credit card."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.operation_recipe import Recipe
from actions.operation_values import (
    ACCOUNT,
    Field,
    Values,
    amount_in_currency,
    buttons,
    one_of,
    payee_choices,
    read_payee,
    word,
)
from actions.parsing.answers import is_yes
from actions.parsing.countries import find_country
from actions.parsing.days import find_day
from actions.parsing.text import normalise, tokens
from actions.turn import Turn

DETAIL_WORDS = {
    "name": r"(?:sur|last |first |maiden |married )?name|married",
    "address": r"address|mov(?:ed|ing)|post\s?code",
    "phone": r"phone|mobile|number",
    "email": r"e-?mail",
}
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}")
_PHONE = re.compile(r"\+?\d[\d ()\-]{6,18}\d")
_LEAD = re.compile(
    r"^(?:.*\b(?:name|address|surname)\b.*?\b(?:to|is|as|be)\b|(?:it's|its|it is|that's|now|to|please)\b)[\s:,]*", re.I
)


async def read_detail_value(turn: Turn, values: Values, asked: bool) -> Any:
    """The new value of the detail that is being changed, in the shape it must have; an address with its country."""
    plain = normalise(turn.text)
    detail = values.get("detail")
    if detail in ("email", "phone"):
        found = (_EMAIL if detail == "email" else _PHONE).search(plain)
        return {"text": found.group()} if found else None
    lead = _LEAD.match(plain)
    if detail is None or plain.endswith("?") or (lead is None and not asked):
        return None
    text = plain[lead.end() :].strip(" .") if lead else plain.strip(" .")
    said = tokens(text)
    if detail == "name":
        return {"text": text} if 2 <= len(said) <= 5 and not re.search(r"\d", text) else None
    if len(said) < 3 or not re.search(r"\d", text):
        return None
    return {"text": text, "country": find_country(text)}


async def read_day(turn: Turn, values: Values, asked: bool) -> Any:
    """A day from today on."""
    found = find_day(turn.text, datetime.now(turn.zone).date())
    return found.isoformat() if found else None


async def read_consent(turn: Turn, values: Values, asked: bool) -> Any:
    return (
        True if asked and (is_yes(turn.text) or re.search(r"\bi (?:agree|consent|accept)\b", turn.text, re.I)) else None
    )


def _day_details(values: Values) -> dict[str, Any]:
    payee = values.get("payee")
    return {"close_on": values.get("close_on"), "payee_id": payee["id"] if payee else None, "reason": values["reason"]}


def _detail(values: Values) -> dict[str, Any]:
    country = {"country": values["value"]["country"]} if values["value"].get("country") else {}
    return {"detail": values["detail"], "value": values["value"]["text"], **country}


def _repayment(values: Values) -> dict[str, Any]:
    return {"amount_minor": values["amount"]["minor"]}


def _application(values: Values) -> dict[str, Any]:
    return {
        "income_minor": values["income"]["minor"],
        "employment": values["employment"],
        "limit_minor": values["amount"]["minor"],
        "consent": values["consent"],
    }


_DETAIL = Field(
    "detail", "utter_ask_operation_detail", "utter_operation_explain_detail", one_of(DETAIL_WORDS), word("detail"),
    buttons("Name", "Address", "Phone", "Email"),
)  # fmt: skip
_VALUE = Field(
    "value", "utter_ask_operation_detail_value", "utter_operation_explain_detail_value", read_detail_value,
    word("value"), again=frozenset({"no_residence"}),
)  # fmt: skip
_PAYOUT = Field(
    "payee", "utter_ask_operation_payout", "utter_operation_explain_payee", read_payee, word("payee|recipient"),
    payee_choices, optional=True, again=frozenset({"payout_missing", "not_found"}),
)  # fmt: skip
_LEAVING = Field(
    "reason", "utter_ask_operation_leaving", "utter_operation_explain_leaving",
    one_of({
        "fees": "fees?|expensive|costs?|price",
        "service": "service|support|unhappy|bad|slow|annoy(?:ed|ing)",
        "other_bank": "other bank|another bank|switch(?:ing)?|elsewhere",
        "moving": "moving|abroad|leaving the country|relocat(?:e|ing)",
        "other": "other|no reason|rather not|none|skip|private",
    }),
    word("reason"), buttons("Fees", "Service", "Another bank", "Moving abroad", "Rather not say"),
)  # fmt: skip
_CLOSE_ON = Field(
    "close_on", "utter_ask_operation_day", "utter_operation_explain_day", read_day, word("date|day"),
    optional=True, again=frozenset({"day_passed"}),
)  # fmt: skip
_AMOUNT = Field(
    "amount", "utter_ask_operation_amount", "utter_operation_explain_amount",
    amount_in_currency(lambda values: values["currency"]), word("amount|sum"),
    again=frozenset({"more_than_owed", "insufficient_funds", "invalid_amount"}),
)  # fmt: skip
_CREDIT_LIMIT = Field(
    "amount", "utter_ask_operation_limit", "utter_operation_explain_limit",
    amount_in_currency(lambda values: values["currency"]), word("limit"),
    again=frozenset({"above_largest_credit", "invalid_amount"}),
)  # fmt: skip


def _transfer_limit(values: Values) -> dict[str, Any]:
    return {"period": values["period"], "amount_minor": values["amount"]["minor"], "currency": values["currency"]}


_PERIOD = Field(
    "period", "utter_ask_operation_period", "utter_operation_explain_period",
    one_of({
        "payment": "(?:one|single|each|every|per|a) (?:payment|transfer|time)|at once|in one go|payment",
        "day": "day|daily|today",
        "month": "month|monthly",
    }),
    word("period|day|month|payment"), buttons("One payment", "A day", "A month"),
)  # fmt: skip
_TRANSFER_LIMIT = replace(
    _CREDIT_LIMIT,
    again=frozenset({"above_largest_transfer", "above_wider_limit", "transfer_limit_already_so", "invalid_amount"}),
)


async def _asked_income(turn: Turn, values: Values, asked: bool) -> Any:
    """The income only where it was asked for: any other amount is the limit."""
    return await amount_in_currency(lambda known: known["currency"])(turn, values, asked) if asked else None


_INCOME = Field(
    "income", "utter_ask_operation_income", "utter_operation_explain_income", _asked_income, word("income|salary")
)
_EMPLOYMENT = Field(
    "employment", "utter_ask_operation_employment", "utter_operation_explain_employment",
    one_of({
        "self-employed": "self[- ]employed|freelance[rd]?|own business",
        "employed": "(?<!self-)(?<!self )(?<!un)employed|employee|full[- ]time|part[- ]time",
        "student": "student|studying",
        "retired": "retired|pensioner",
        "none": "unemployed|not working|no job|none|between jobs",
    }),
    word("employment|job"), buttons("Employed", "Self-employed", "Student", "Retired", "None"),
)  # fmt: skip
_CONSENT = Field(
    "consent", "utter_ask_operation_consent", "utter_operation_explain_consent", read_consent, word("consent")
)

ACCOUNT_RECIPES = (
    Recipe(
        "edit_detail", (_DETAIL, _VALUE),
        lambda facts: "utter_summary_edit_name" if facts["document"] else "utter_summary_edit_detail",
        lambda facts: "utter_done_edit_name" if facts["document"] else "utter_done_edit_detail", _detail,
    ),
    Recipe("close_accounts", (_LEAVING, _PAYOUT, _CLOSE_ON), "utter_summary_close_accounts",
           "utter_done_close_accounts", _day_details),
    Recipe("repay_loan", (_AMOUNT, ACCOUNT), "utter_summary_repay_loan", "utter_done_repay_loan", _repayment),
    Recipe("set_transfer_limit", (_PERIOD, _TRANSFER_LIMIT), "utter_summary_set_transfer_limit",
           lambda facts: "utter_done_raise_transfer_limit" if facts["raised"] else "utter_done_lower_transfer_limit",
           _transfer_limit),
    Recipe("apply_for_credit", (_INCOME, _EMPLOYMENT, _CREDIT_LIMIT, _CONSENT), "utter_summary_apply_for_credit",
           "utter_done_apply_for_credit", _application),
)  # fmt: skip
