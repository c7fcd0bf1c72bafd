"""What is asked for operations on cards: those that exist, and new ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions.operation_recipe import Recipe
from actions.operation_values import (
    ACCOUNT,
    ADDRESS,
    CARD,
    DELIVERY,
    Field,
    Values,
    amount_in_currency,
    buttons,
    one_of,
    word,
)
from actions.parsing.text import normalise
from actions.turn import Button, Turn


def _currency(values: Values) -> str | None:
    """The limit's currency is its card's, so the card comes first."""
    return values["currencies"][values["card"]["id"]] if values.get("card") else None


REASON = Field(
    "reason", "utter_ask_operation_reason", "utter_operation_explain_reason",
    one_of({
        "lost": "lost|lose|missing|gone",
        "stolen": "stolen|stole|theft|robbed|mugged",
        "damaged": "damaged?|broken?|bent|cracked|worn|snapped|chip",
        "compromised": "compromised|exposed|leaked|hacked|copied|fraud|skimmed",
    }),
    word("reason"), buttons("Lost", "Stolen", "Damaged", "Compromised"),
)  # fmt: skip
LIMIT = Field(
    "amount", "utter_ask_operation_limit", "utter_operation_explain_limit",
    amount_in_currency(_currency), word("amount|limit"),
    again=frozenset({"above_largest", "limit_already_so", "invalid_amount"}),
)  # fmt: skip


def _delivery(values: Values) -> dict[str, Any]:
    return {"delivery": values["delivery"]}


def _replacement(values: Values) -> dict[str, Any]:
    return {"delivery": values["delivery"], "reason": values["reason"]}


def _limit(values: Values) -> dict[str, Any]:
    amount = values["amount"]
    return {"code": values["code"], "amount_minor": amount["minor"], "currency": amount["currency"]}


def _switch(values: Values) -> dict[str, Any]:
    return {"channel": values["channel"], "on": values["on"]}


async def _read_device(turn: Turn, values: Values, asked: bool) -> Any:
    said = normalise(turn.text).casefold()
    named = [device for device in values["devices"] if device["name"].casefold() in said]
    return named[0] if len(named) == 1 else None


async def _device_choices(turn: Turn, values: Values) -> list[Button]:
    return [Button(f"{device['name']} ({device['wallet']})", device["name"]) for device in values["devices"]]


def _wallet(values: Values) -> dict[str, Any]:
    return {"device_id": values["device"]["id"]}


_DEVICE = Field(
    "device", "utter_ask_operation_device", "utter_operation_explain_device", _read_device,
    word("device|phone|tablet|watch|wallet"), _device_choices, again=frozenset({"in_wallet_already"}),
)  # fmt: skip
_ACCOUNT = replace(ACCOUNT, again=frozenset({"insufficient_funds"}))

_BY_POST = (ADDRESS, DELIVERY, _ACCOUNT)
CARD_RECIPES = (
    Recipe("unfreeze_card", (CARD,), "utter_summary_unfreeze_card", "utter_done_unfreeze_card"),
    Recipe("link_card", (CARD,), "utter_summary_link_card", "utter_done_link_card"),
    Recipe("activate_card", (CARD,), "utter_summary_activate_card", "utter_done_activate_card"),
    Recipe("unblock_pin", (CARD,), "utter_summary_unblock_pin", "utter_done_unblock_pin"),
    Recipe("view_pin", (CARD,), "utter_summary_view_pin", "utter_done_view_pin"),
    Recipe("change_pin", (CARD,), "utter_summary_change_pin", "utter_done_change_pin"),
    Recipe("view_card", (CARD,), "utter_summary_view_card", "utter_done_view_card"),
    Recipe("switch_channel", (CARD,), "utter_summary_switch_channel",
           lambda facts: "utter_done_switch_on" if facts["on"] else "utter_card_settings_off", _switch),
    Recipe("set_card_limit", (CARD, LIMIT), "utter_summary_set_card_limit",
           lambda facts: "utter_done_raise_limit" if facts["raised"] else "utter_set_card_limit_done", _limit),
    Recipe("create_virtual_card", (_ACCOUNT,), "utter_summary_create_virtual_card", "utter_done_create_virtual_card"),
    Recipe("create_disposable_card", (_ACCOUNT,), "utter_summary_create_disposable_card",
           "utter_done_create_disposable_card"),
    Recipe("order_card", _BY_POST, "utter_summary_order_card", "utter_done_order_card", _delivery),
    Recipe("order_spare_card", _BY_POST, "utter_summary_order_card", "utter_done_order_card", _delivery),
    Recipe("add_card_to_wallet", (CARD, _DEVICE), "utter_summary_add_card_to_wallet", "utter_done_add_card_to_wallet",
           _wallet),
    Recipe("replace_card", (CARD, REASON, ADDRESS, DELIVERY), "utter_summary_replace_card", "utter_done_replace_card",
           _replacement),
)  # fmt: skip
