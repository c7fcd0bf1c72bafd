"""Getting, activating, ending and setting up a card: what can be done now, what it costs, and what stands against it.

What can be done is handed over to the operation's form with what the message gave; it asks for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa_sdk.events import EventType

from actions.bank.errors import BankError, CardNotAvailable, NotPossible
from actions.bank.model.cards import Card, CardLimit
from actions.bank.model.operations import OperationQuote
from actions.bank.use_cases.card_operations import FROZEN_FOR_GOOD
from actions.bank.use_cases.operations import Order
from actions.caller import NEXT_STEPS, TellerAction
from actions.card_checks import asked_cards, day
from actions.cards import named_cards
from actions.forms import HANDOFF
from actions.operation_values import card_values
from actions.operation_words import told
from actions.operations import start_operation
from actions.parsing.text import normalise
from actions.proposals import offer_operation
from actions.topics import topic
from actions.turn import Turn

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
_OF_TRANSFERS = re.compile(r"\btransfer(?:s|ring)?\b|\bsend(?:ing)?\b", re.I)
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


async def getting_virtual_card(turn: Turn) -> list[EventType]:
    held = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind == "virtual"]
    live = [card for card in held if card.status not in _GONE]
    for card in live:
        turn.say("utter_getting_virtual_card_held", await _policy(turn), last4=card.last4, status=card.status)
    if await quoted(turn, "create_virtual_card", Order(), silent=bool(live)) is None:
        return []
    return start_operation(turn, "getting_virtual_card", "create_virtual_card")


async def get_disposable_virtual_card(turn: Turn) -> list[EventType]:
    policy = await _policy(turn)
    if policy["disposable_payments_per_card"] != "not offered":
        turn.say("utter_get_disposable_virtual_card", policy)
    if await quoted(turn, "create_disposable_card", Order()) is None:
        return []
    return start_operation(turn, "get_disposable_virtual_card", "create_disposable_card")


async def getting_spare_card(turn: Turn) -> list[EventType]:
    turn.say("utter_getting_spare_card", await _policy(turn))
    return await _offer_by_post(turn, "getting_spare_card", "order_spare_card")


async def order_physical_card(turn: Turn) -> list[EventType]:
    """The first card; a customer who has one already is told what a further one costs."""
    physical = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind == "physical"]
    has_one = any(card.status not in _GONE for card in physical)
    return await _offer_by_post(turn, "order_physical_card", "order_spare_card" if has_one else "order_card")


async def replace_card(turn: Turn) -> list[EventType]:
    held = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind == "physical"]
    cards = named_cards(turn, held) or [card for card in held if card.status not in _GONE] or held[-1:]
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    for card in cards:
        quote = await quoted(turn, "replace_card", Order(card.id, details={"reason": "lost"}))
        if quote is None:
            return []
        turn.say("utter_replace_card", told(quote.facts, turn.zone), old_last4=card.last4)
    express = Order(cards[0].id, details={"reason": "lost", "delivery": "express"})
    values = card_values(cards, delivery=await _only_delivery(turn, "replace_card", express))
    return start_operation(turn, "replace_card", "replace_card", values)


async def activate_my_card(turn: Turn) -> list[EventType]:
    held = list(await turn.bank.cards.list(turn.customer_id))
    inactive = [card for card in named_cards(turn, held) or held if card.status == "inactive"]
    if not inactive:
        return await _say_list(turn, held, "utter_activate_my_card_none", "active")
    orders = await turn.bank.cards.orders(turn.customer_id)
    for card in inactive:
        order = next((one for one in orders if one.card_last4 == card.last4), None)
        if order and order.status in ("ordered", "dispatched"):
            window = {"eta_from": order.eta_from, "eta_to": order.eta_to, "carrier": order.carrier}
            turn.say("utter_activate_my_card_under_way", window, last4=card.last4)
        else:
            turn.say("utter_activate_my_card", last4=card.last4, kind=card.kind)
    return start_operation(turn, "activate_my_card", "activate_card", card_values(inactive))


async def unfreeze_card(turn: Turn) -> list[EventType]:
    held = list(await turn.bank.cards.list(turn.customer_id))
    frozen = [card for card in named_cards(turn, held) or held if card.status == "frozen"]
    if not frozen:
        return await _say_list(turn, held, "utter_unfreeze_card_none")
    return await _offer_unfreezing(turn, "unfreeze_card", frozen)


async def card_linking(turn: Turn) -> list[EventType]:
    held = list(await turn.bank.cards.list(turn.customer_id))
    named = named_cards(turn, held)
    frozen = [card for card in named or held if card.status == "frozen"]
    unlinked = [card for card in named or held if not card.linked_to_app and card.status not in _GONE]
    if frozen:
        return await _offer_unfreezing(turn, "card_linking", frozen)
    if unlinked:
        for card in unlinked:
            turn.say("utter_card_linking_unlinked", last4=card.last4, kind=card.kind, status=card.status)
        return start_operation(turn, "card_linking", "link_card", card_values(unlinked))
    cancelled = [card for card in named if card.status == "cancelled"]
    if cancelled:
        told_gone = {**await _policy(turn), "last4": cancelled[0].last4}
        return offer_operation(turn, "utter_card_linking_gone", "replace_card", told_gone)
    return await _say_list(turn, held, "utter_card_linking_none")


async def show_card_details(turn: Turn) -> list[EventType]:
    cards = await asked_cards(turn)
    if not cards:
        return offer_operation(turn, "utter_show_card_details_none", "order_physical_card")
    for card in cards:
        shown = {"last4": card.last4, "kind": card.kind, "expires": day(card.expires_on), "status": card.status}
        turn.say("utter_show_card_details", shown)
    return start_operation(turn, "show_card_details", "view_card", card_values(cards))


async def card_settings(turn: Turn) -> list[EventType]:
    """Show a card's switches; the form switches the one that is named: off at once, on only after a code."""
    cards = await asked_cards(turn)
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    said = normalise(turn.text)
    channel = next((name for name, pattern in _CHANNELS.items() if pattern.search(said)), None)
    on = False if _OFF.search(said) else True if _ON.search(said) else None
    for card in cards:
        state = {name: "on" if getattr(card, f"{name}_on") else "off" for name in _CHANNELS}
        turn.say("utter_card_settings", state, last4=card.last4, kind=card.kind)
    if channel is None or on is None:
        return []
    return start_operation(turn, "card_settings", "switch_channel", card_values(cards, channel=channel, on=on))


async def set_card_limit(turn: Turn) -> list[EventType]:
    """Show a card's limits, of several cards only the one that is asked about; the form asks for the new one: a lower
    one is set at once, a higher one after a code."""
    if _OF_TRANSFERS.search(turn.text):
        return await NEXT_STEPS["change_transfer_limit"](turn)
    cards = await asked_cards(turn)
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    code = next((name for name, pattern in _LIMITS.items() if pattern.search(normalise(turn.text))), "card_spend")
    currencies: dict[str, str] = {}
    for card in cards:
        for limit in await turn.bank.cards.limits(turn.customer_id, card.id):
            if len(cards) == 1 or limit.code == code:
                turn.say(_LIMIT_SAID[limit.code], _limit(limit), last4=card.last4)
            if limit.code == code:
                currencies[card.id] = limit.limit.currency
    usable = [card for card in cards if card.id in currencies]
    if not usable:
        return []
    values = card_values(usable, code=code, currencies=currencies)
    return start_operation(turn, "set_card_limit", "set_card_limit", values)


async def quoted(turn: Turn, kind: str, order: Order, *, silent: bool = False) -> OperationQuote | None:
    """What the operation would cost; None where it is refused, which is said unless `silent`."""
    try:
        return await turn.bank.operations.quote(turn.customer_id, kind, order)
    except BankError as error:
        if not silent or not isinstance(error, NotPossible):
            turn.say_refusal(error)
        return None


async def _offer_by_post(turn: Turn, topic: str, kind: str) -> list[EventType]:
    quote = await quoted(turn, kind, Order())
    if quote is None:
        return []
    turn.say("utter_order_card_quote", told(quote.facts, turn.zone))
    delivery = await _only_delivery(turn, kind, Order(details={"delivery": "express"}))
    return start_operation(turn, topic, kind, {"delivery": delivery})


async def _only_delivery(turn: Turn, kind: str, express: Order) -> str | None:
    """None where express can be chosen, which is told with its fee; else the one way there is."""
    faster = await quoted(turn, kind, express, silent=True)
    if faster is None:
        return "standard"
    turn.say("utter_order_card_express", told(faster.facts, turn.zone))
    return None


async def _offer_unfreezing(turn: Turn, topic: str, frozen: list[Card]) -> list[EventType]:
    """Name each card with its reason; those that the bank or a theft ended are refused."""
    possible, policy = [], await _policy(turn)
    for card in frozen:
        reason = policy.get(f"frozen_{card.frozen_reason}", policy["frozen_other"])
        turn.say("utter_unfreeze_card_frozen", last4=card.last4, since=card.frozen_at, reason=reason)
        if card.frozen_reason in FROZEN_FOR_GOOD:
            turn.say_refusal(CardNotAvailable(FROZEN_FOR_GOOD[card.frozen_reason], card.last4))
        else:
            possible.append(card)
    if not possible:
        return [turn.offer(HANDOFF)]
    return start_operation(turn, topic, "unfreeze_card", card_values(possible))


async def _say_list(turn: Turn, held: list[Card], response: str, *statuses: str) -> list[EventType]:
    """`response` with the customer's cards and their states; that there is none, where there is none."""
    shown = [f"{card.last4} ({card.kind}, {card.status})" for card in held if not statuses or card.status in statuses]
    if not shown:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    turn.say(response, cards=shown)
    return []


async def _policy(turn: Turn) -> dict[str, str]:
    return await turn.bank.policies.facts(topic(turn, _ANSWERS), turn.customer_id)


def _limit(limit: CardLimit) -> Mapping[str, Any]:
    return {"limit": limit.limit, "used": limit.used, "largest": limit.largest}


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
