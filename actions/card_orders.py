"""Getting, activating, ending and setting up a card: what can be done now, what it costs, and what stands against it.

What needs a second factor is quoted in full here; the chat has no form yet that takes its code, says so, and offers
a person. What needs none is done at once.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from rasa_sdk.events import EventType

from actions.bank.errors import BankError, CardNotAvailable, NotPossible
from actions.bank.model.cards import Card, CardLimit
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.use_cases.operations import Order
from actions.caller import Button, TellerAction, Turn
from actions.card_checks import asked_cards, day
from actions.cards import named_cards
from actions.forms import HANDOFF
from actions.parsing.amounts import AmountProblem, find_amounts
from actions.parsing.text import normalise, tokens
from actions.topics import topic
from actions.wording import worded

_GONE = ("cancelled", "expired")
_OFF = re.compile(r"\b(?:off|disabled?|deactivated?|stop|block)\b", re.I)
_ON = re.compile(r"\b(?:(?:switch|turn|put|want|need)\b.*\bon|on again|enabled?|activated?|allow|unlock)\b", re.I)
_CHANNELS: dict[str, re.Pattern[str]] = {
    "contactless": re.compile(r"\bcontactless|\btap(?:s|ping)?\b", re.I),
    "online": re.compile(r"\bonline|\binternet|\be-?commerce", re.I),
    "atm": re.compile(r"\batms?\b|\bcash\b|\bwithdrawals?\b", re.I),
    "abroad": re.compile(r"\babroad|\bforeign|\boverseas|\binternational", re.I),
    "magstripe": re.compile(r"\bmag(?:netic)?\s?-?stripe|\bswipe", re.I),
}
_LIMITS: dict[str, re.Pattern[str]] = {
    "card_online": _CHANNELS["online"],
    "atm": _CHANNELS["atm"],
    "card_spend": re.compile(r"\bspend(?:ing)?\b|\bpayments?\b|\bcard limit\b|\bdaily\b", re.I),
}


class ActionManageCards(TellerAction):
    """The rows of the table that get a card, or change one."""

    def name(self) -> str:
        return "action_manage_cards"

    async def answer(self, turn: Turn) -> list[EventType]:
        return await _ANSWERS[topic(turn, _ANSWERS)](turn)


def needs_person(turn: Turn) -> list[EventType]:
    """Say that this takes a code, which no form of the chat asks for yet, and offer a person."""
    turn.say("utter_operation_needs_code")
    return [turn.offer(HANDOFF)]


async def getting_virtual_card(turn: Turn) -> list[EventType]:
    held = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind == "virtual"]
    live = [card for card in held if card.status not in _GONE]
    for card in live:
        turn.say("utter_getting_virtual_card_held", await _policy(turn), last4=card.last4, status=card.status)
    quote = await quoted(turn, "create_virtual_card", Order(), silent=bool(live))
    if quote is None:
        return []
    turn.say("utter_getting_virtual_card", quote.facts)
    return needs_person(turn)


async def get_disposable_virtual_card(turn: Turn) -> list[EventType]:
    policy = await _policy(turn)
    if policy["disposable_payments_per_card"] != "not offered":
        turn.say("utter_get_disposable_virtual_card", policy)
    quote = await quoted(turn, "create_disposable_card", Order())
    if quote is None:
        return []
    turn.say("utter_get_disposable_virtual_card_quote", quote.facts)
    return needs_person(turn)


async def getting_spare_card(turn: Turn) -> list[EventType]:
    turn.say("utter_getting_spare_card", await _policy(turn))
    return await _offer_by_post(turn, "order_spare_card", Order())


async def order_physical_card(turn: Turn) -> list[EventType]:
    """The first card; a customer who has one already is told what a further one costs."""
    physical = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind == "physical"]
    has_one = any(card.status not in _GONE for card in physical)
    return await _offer_by_post(turn, "order_spare_card" if has_one else "order_card", Order())


async def replace_card(turn: Turn) -> list[EventType]:
    held = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind == "physical"]
    cards = named_cards(turn, held) or [card for card in held if card.status not in _GONE] or held[-1:]
    if not cards:
        turn.say("utter_card_checks_no_card")
        return [turn.offer(HANDOFF)]
    reason = next((one for one in ("stolen", "damaged", "compromised") if one in tokens(turn.text)), "lost")
    for card in cards:
        quote = await quoted(turn, "replace_card", Order(card.id, details={"reason": reason}))
        if quote is None:
            return []
        turn.say("utter_replace_card", _posted(quote), old_last4=card.last4)
    return needs_person(turn)


async def activate_my_card(turn: Turn) -> list[EventType]:
    held = list(await turn.bank.cards.list(turn.customer_id))
    inactive = [card for card in named_cards(turn, held) or held if card.status == "inactive"]
    if not inactive:
        await _say_list(turn, held, "utter_activate_my_card_none", "active")
        return []
    orders = await turn.bank.cards.orders(turn.customer_id)
    for card in inactive:
        order = next((one for one in orders if one.card_last4 == card.last4), None)
        if order and order.status in ("ordered", "dispatched"):
            window = {"eta_from": order.eta_from, "eta_to": order.eta_to, "carrier": order.carrier}
            turn.say("utter_activate_my_card_under_way", window, last4=card.last4)
        else:
            turn.say("utter_activate_my_card", last4=card.last4, kind=card.kind)
    return needs_person(turn)


async def unfreeze_card(turn: Turn) -> list[EventType]:
    held = list(await turn.bank.cards.list(turn.customer_id))
    frozen = [card for card in named_cards(turn, held) or held if card.status == "frozen"]
    if not frozen:
        await _say_list(turn, held, "utter_unfreeze_card_none")
        return []
    return await _offer_unfreezing(turn, frozen)


async def card_linking(turn: Turn) -> list[EventType]:
    held = list(await turn.bank.cards.list(turn.customer_id))
    named = named_cards(turn, held)
    frozen = [card for card in named or held if card.status == "frozen"]
    unlinked = [card for card in named or held if not card.linked_to_app and card.status not in _GONE]
    if frozen:
        return await _offer_unfreezing(turn, frozen)
    if unlinked:
        for card in unlinked:
            turn.say("utter_card_linking_unlinked", last4=card.last4, kind=card.kind, status=card.status)
        return needs_person(turn)
    cancelled = [card for card in named if card.status == "cancelled"]
    if cancelled:
        turn.say("utter_card_linking_gone", await _policy(turn), last4=cancelled[0].last4)
        return [turn.offer(HANDOFF)]
    await _say_list(turn, held, "utter_card_linking_none")
    return []


async def show_card_details(turn: Turn) -> list[EventType]:
    cards = await asked_cards(turn)
    if not cards:
        turn.say("utter_show_card_details_none")
        return [turn.offer(HANDOFF)]
    for card in cards:
        shown = {"last4": card.last4, "kind": card.kind, "expires": day(card.expires_on), "status": card.status}
        turn.say("utter_show_card_details", shown)
    return needs_person(turn)


async def card_settings(turn: Turn) -> list[EventType]:
    """Show a card's switches; one that is named is switched off at once, on only after a code."""
    cards = await asked_cards(turn)
    if not cards:
        turn.say("utter_card_checks_no_card")
        return [turn.offer(HANDOFF)]
    said = normalise(turn.text)
    channel = next((name for name, pattern in _CHANNELS.items() if pattern.search(said)), None)
    on = False if _OFF.search(said) else True if _ON.search(said) else None
    if channel and on is not None and len(cards) > 1:
        verb = "on" if on else "off"
        buttons = [Button(f"{card.kind} {card.last4}", f"switch {verb} {channel} for card {card.last4}")
                   for card in cards]  # fmt: skip
        turn.say("utter_card_settings_which", buttons=buttons)
        return [turn.offer("action_manage_cards")]
    for card in cards:
        state = {name: "on" if getattr(card, f"{name}_on") else "off" for name in _CHANNELS}
        turn.say("utter_card_settings", state, last4=card.last4, kind=card.kind)
    if channel is None or on is None:
        return []
    order = Order(cards[0].id, details={"channel": channel, "on": on})
    quote = await quoted(turn, "switch_channel", order)
    if quote is None:
        return []
    if quote.needs_code:
        return needs_person(turn)
    await turn.bank.operations.apply(turn.customer_id, "switch_channel", order)
    turn.say("utter_card_settings_off", channel=channel, last4=cards[0].last4)
    return []


async def set_card_limit(turn: Turn) -> list[EventType]:
    """Show a card's limits; a lower one is set at once, a higher one only after a code."""
    cards = await asked_cards(turn)
    if not cards:
        turn.say("utter_card_checks_no_card")
        return [turn.offer(HANDOFF)]
    for card in cards:
        for limit in await turn.bank.cards.limits(turn.customer_id, card.id):
            turn.say(_LIMIT_SAID[limit.code], _limit(limit), last4=card.last4)
    code = next((name for name, pattern in _LIMITS.items() if pattern.search(normalise(turn.text))), "card_spend")
    wanted = await _wanted(turn, cards[0], code)
    if wanted is None:
        return []
    if len(cards) > 1:
        buttons = [Button(f"{card.kind} {card.last4}", f"set the limit of card {card.last4} to {wanted}")
                   for card in cards]  # fmt: skip
        turn.say("utter_card_settings_which", buttons=buttons)
        return [turn.offer("action_manage_cards")]
    details = {"code": code, "amount_minor": wanted.amount_minor, "currency": wanted.currency}
    order = Order(cards[0].id, details=details)
    quote = await quoted(turn, "set_card_limit", order)
    if quote is None:
        return []
    if quote.needs_code:
        return needs_person(turn)
    done = await turn.bank.operations.apply(turn.customer_id, "set_card_limit", order)
    turn.say("utter_set_card_limit_done", done)
    return []


async def quoted(turn: Turn, kind: str, order: Order, *, silent: bool = False) -> OperationQuote | None:
    """What the operation would cost; None where it is refused, which is said unless `silent`."""
    try:
        return await turn.bank.operations.quote(turn.customer_id, kind, order)
    except BankError as error:
        if not silent or not isinstance(error, NotPossible):
            turn.say_refusal(error)
        return None


async def _offer_by_post(turn: Turn, kind: str, order: Order) -> list[EventType]:
    quote = await quoted(turn, kind, order)
    if quote is None:
        return []
    turn.say("utter_order_card_quote", _posted(quote))
    express = Order(order.card_id, order.account_id, {**order.details, "delivery": "express"})
    faster = await quoted(turn, kind, express, silent=True)
    if faster:
        turn.say("utter_order_card_express", _posted(faster))
    return needs_person(turn)


async def _offer_unfreezing(turn: Turn, frozen: list[Card]) -> list[EventType]:
    """Name each card with its reason; those that the bank or a theft ended are refused."""
    possible, policy = False, await _policy(turn)
    for card in frozen:
        reason = policy.get(f"frozen_{card.frozen_reason}", policy["frozen_other"])
        turn.say("utter_unfreeze_card_frozen", last4=card.last4, since=card.frozen_at, reason=reason)
        if card.frozen_reason in ("bank", "stolen"):
            turn.say_refusal(CardNotAvailable(_FINAL[card.frozen_reason], card.last4))
        else:
            possible = True
    return needs_person(turn) if possible else [turn.offer(HANDOFF)]


async def _wanted(turn: Turn, card: Card, code: str) -> Money | None:
    """The limit that the message names, in the currency of the card's limits."""
    limits = {limit.code: limit for limit in await turn.bank.cards.limits(turn.customer_id, card.id)}
    amounts = [amount for amount in find_amounts(turn.text) if str(amount.value) != card.last4]
    if code not in limits or not amounts:
        return None
    currency = limits[code].limit.currency
    if amounts[-1].currency not in (None, currency):
        return None
    try:
        return Money(amounts[-1].minor(currency), currency)
    except AmountProblem:
        return None


async def _say_list(turn: Turn, held: list[Card], response: str, *statuses: str) -> None:
    """`response` with the customer's cards and their states; that there is none, where there is none."""
    shown = [f"{card.last4} ({card.kind}, {card.status})" for card in held if not statuses or card.status in statuses]
    if shown:
        turn.say(response, cards=shown)
    else:
        turn.say("utter_card_checks_no_card")


async def _policy(turn: Turn) -> dict[str, str]:
    return await turn.bank.policies.facts(topic(turn, _ANSWERS), turn.customer_id)


def _posted(quote: OperationQuote) -> dict[str, Any]:
    """A quote's values with its days as days."""
    days = {name: date.fromisoformat(quote.facts[name]) for name in ("eta_from", "eta_to")}
    return worded({**quote.facts, **days})


def _limit(limit: CardLimit) -> Mapping[str, Any]:
    return {"limit": limit.limit, "used": limit.used, "largest": limit.largest}


_FINAL = {"bank": "blocked_by_bank", "stolen": "reported_stolen"}
_LIMIT_SAID = {
    "card_spend": "utter_set_card_limit_spend",
    "card_online": "utter_set_card_limit_online",
    "atm": "utter_set_card_limit_atm",
}
_ANSWERS: dict[str, Callable[[Turn], Awaitable[list[EventType]]]] = {
    "activate_my_card": activate_my_card,
    "card_linking": card_linking,
    "card_settings": card_settings,
    "get_disposable_virtual_card": get_disposable_virtual_card,
    "getting_spare_card": getting_spare_card,
    "getting_virtual_card": getting_virtual_card,
    "order_physical_card": order_physical_card,
    "replace_card": replace_card,
    "set_card_limit": set_card_limit,
    "show_card_details": show_card_details,
    "unfreeze_card": unfreeze_card,
}
