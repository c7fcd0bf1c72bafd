"""What a customer's cards are and why one does not work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

from rasa_sdk.events import EventType

from actions.bank.card_health import causes
from actions.bank.model.cards import Card, CardOrder
from actions.bank.model.transactions import Transaction
from actions.caller import GUEST, TellerAction
from actions.cards import named_cards
from actions.forms import HANDOFF
from actions.lookup_facts import facts
from actions.parsing.countries import country_name, find_country
from actions.proposals import offer_operation
from actions.topics import topic
from actions.turn import Turn

_SEARCHED = 60
_GONE = ("cancelled", "expired")
_NOT_OFFERED = "not offered"


class ActionCheckCards(TellerAction):
    """The rows of the table that are answered from the customer's cards, or from what we issue in a country."""

    login = False

    def name(self) -> str:
        return "action_check_cards"

    async def answer(self, turn: Turn) -> list[EventType]:
        return await _ANSWERS[topic(turn, _ANSWERS)](turn)


async def card_not_working(turn: Turn) -> list[EventType]:
    cards = await asked_cards(turn)
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    found = False
    for card in cards:
        found = await _say_causes(turn, card) or found
    if not found:
        for card in cards:
            _say_healthy(turn, card)
    return [turn.offer(HANDOFF)]


async def contactless_not_working(turn: Turn) -> list[EventType]:
    cards = [card for card in await asked_cards(turn) if card.kind == "physical"]
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    for card in cards:
        if card.status != "active":
            await _say_causes(turn, card)
            continue
        if card.contactless_on:
            taps = await turn.bank.cards.contactless(turn.customer_id, card.id)
            told = {"last4": card.last4, "used": taps.used, "payment": taps.payment, "running": taps.running}
            turn.say(
                "utter_card_checks_contactless_pin" if taps.needs_pin else "utter_card_checks_contactless_on", told
            )
        else:
            turn.say("utter_card_checks_contactless_off", last4=card.last4)
        declined = await last_payment(turn, card, "declined", entry_modes=("contactless", "wallet"))
        if declined:
            await _say_decline(turn, card, declined)
        elif card.contactless_on:
            turn.say("utter_card_checks_contactless_try", last4=card.last4)
    return []


async def virtual_card_not_working(turn: Turn) -> list[EventType]:
    named = named_cards(turn, list(await turn.bank.cards.list(turn.customer_id)))
    held = [card for card in await turn.bank.cards.list(turn.customer_id) if card.kind != "physical"]
    cards = [card for card in named if card.kind != "physical"] or held
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_virtual", "getting_virtual_card")
    declined_any = False
    for card in cards:
        turn.say("utter_card_checks_status", _card(card))
        for cause in causes(card, today(turn)):
            reason = await turn.bank.accounts.explain(cause)
            turn.say("utter_lookup_reason", explanation=reason.explanation, fix=reason.fix)
        if card.kind == "disposable":
            policy = await turn.bank.policies.facts(turn.intent, turn.customer_id)
            known = policy["disposable_payments_per_card"] != _NOT_OFFERED
            turn.say("utter_card_checks_disposable" if known else "utter_card_checks_disposable_gone", policy)
        declined = await last_payment(turn, card, "declined")
        if declined:
            declined_any = True
            await _say_decline(turn, card, declined)
    if not declined_any:
        turn.say("utter_card_checks_which_payment")
    return []


async def card_about_to_expire(turn: Turn) -> list[EventType]:
    cards = [card for card in await asked_cards(turn) if card.kind != "disposable" and card.status not in _GONE]
    if not cards:
        return offer_operation(turn, "utter_card_checks_no_card", "order_physical_card")
    policy = await turn.bank.policies.facts(turn.intent, turn.customer_id)
    window = int(policy["card_renewal_window"].split()[0])
    orders = [order for order in await turn.bank.cards.orders(turn.customer_id) if order.kind == "renewal"]
    due = [card for card in cards if (card.expires_on - today(turn)).days <= window]
    for card in due:
        turn.say("utter_card_checks_expires", last4=card.last4, kind=card.kind, expires=day(card.expires_on))
        order = next((one for one in orders if one.card_last4 == card.last4 and one.status != "cancelled"), None)
        if order:
            delivered = order.status == "delivered"
            renewed = "utter_card_checks_renewal_delivered" if delivered else "utter_card_checks_renewal_under_way"
            turn.say(renewed, _renewal(order))
        else:
            turn.say("utter_card_checks_renewal_none", policy)
    if not due:
        following = min(cards, key=lambda card: card.expires_on)
        turn.say("utter_card_checks_none_expiring", policy, last4=following.last4, expires=day(following.expires_on))
    return []


async def card_delivery_estimate(turn: Turn) -> list[EventType]:
    named = find_country(turn.text)
    if turn.customer is not GUEST and named is None:
        orders = await turn.bank.cards.orders(turn.customer_id)
        under_way = next((order for order in orders if order.status in ("ordered", "dispatched")), None)
        if under_way:
            turn.say("utter_card_delivery_estimate_order", _renewal(under_way))
            return []
    if turn.customer is GUEST and named is None:
        turn.say("utter_card_delivery_estimate_where", await turn.bank.policies.facts("card_delivery_estimate", None))
        return [turn.offer("action_check_cards")]
    known = await turn.bank.policies.facts("card_delivery_estimate", turn.customer, named)
    if known["delivery_standard_time"] == _NOT_OFFERED:
        country = country_name(named) if named else known["delivery_country"]
        turn.say("utter_card_delivery_estimate_not_served", known, country=country)
        return []
    express = known["delivery_express_time"] != _NOT_OFFERED
    turn.say("utter_card_delivery_estimate" if express else "utter_card_delivery_estimate_standard", known)
    return []


async def card_acceptance(turn: Turn) -> list[EventType]:
    named = find_country(turn.text)
    known = await turn.bank.policies.facts(turn.intent, turn.customer)
    if known.get("my_switched_off", "none") != "none":
        turn.say("utter_card_acceptance_mine", known)
    if named is None:
        turn.say("utter_card_acceptance", known)
        return []
    country = next((one for one in await turn.bank.policies.countries() if one.code == named), None)
    works = country is None or country.card_use
    turn.say(
        "utter_card_acceptance_country" if works else "utter_card_acceptance_country_not",
        known,
        country=country.name if country else country_name(named),
    )
    return []


async def visa_or_mastercard(turn: Turn) -> list[EventType]:
    named = find_country(turn.text)
    known = await turn.bank.policies.facts(turn.intent, turn.customer, named)
    if known.get("my_cards", "none") != "none":
        turn.say("utter_visa_or_mastercard_mine", known)
    if known["scheme_physical"] == "none" and known["scheme_virtual"] == "none":
        turn.say("utter_visa_or_mastercard_not_issued", country=country_name(named) if named else "")
    elif named or known.get("my_cards", "none") == "none":
        turn.say("utter_visa_or_mastercard", known)
    return []


async def disposable_card_limits(turn: Turn) -> list[EventType]:
    known = await turn.bank.policies.facts(turn.intent, turn.customer)
    if known["disposable_cards_per_day"] == _NOT_OFFERED:
        turn.say("utter_disposable_card_limits_not_offered", known)
        return []
    turn.say("utter_disposable_card_limits", known)
    if turn.customer is not GUEST:
        turn.say("utter_disposable_card_limits_mine", known)
    return []


async def asked_cards(turn: Turn) -> list[Card]:
    """The cards the message names, else all that are not gone for good."""
    held = list(await turn.bank.cards.list(turn.customer_id))
    return named_cards(turn, held) or [card for card in held if card.status not in _GONE]


async def last_payment(turn: Turn, card: Card, status: str, *, entry_modes: Sequence[str] = ()) -> Transaction | None:
    """The card's newest payment or withdrawal with that status, made in one of these ways."""
    page = await turn.bank.accounts.transactions(
        turn.customer_id, kind=("card_payment", "atm"), status=status, limit=_SEARCHED
    )
    fitting = (item for item in page.items if item.card_last4 == card.last4)
    return next((item for item in fitting if not entry_modes or item.entry_mode in entry_modes), None)


async def _say_causes(turn: Turn, card: Card) -> bool:
    """Say the first cause that the card itself shows, else its last decline; whether there was one."""
    found = causes(card, today(turn))
    if found:
        reason = await turn.bank.accounts.explain(found[0])
        turn.say("utter_card_checks_cause", _card(card), explanation=reason.explanation, fix=reason.fix)
        return True
    declined = await last_payment(turn, card, "declined")
    if declined:
        await _say_decline(turn, card, declined)
    return declined is not None


async def _say_decline(turn: Turn, card: Card, declined: Transaction) -> None:
    turn.say("utter_card_checks_decline", facts(declined), last4=card.last4)
    if declined.reason_code:
        reason = await turn.bank.accounts.explain(declined.reason_code)
        turn.say("utter_lookup_reason", explanation=reason.explanation, fix=reason.fix)


def _say_healthy(turn: Turn, card: Card) -> None:
    if card.last_used_at:
        turn.say("utter_card_checks_healthy", _card(card), used=card.last_used_at)
    else:
        turn.say("utter_card_checks_healthy_unused", _card(card))


def _card(card: Card) -> dict[str, object]:
    return {"last4": card.last4, "kind": card.kind, "status": card.status, "expires": day(card.expires_on)}


def _renewal(order: CardOrder) -> dict[str, object]:
    return {
        "number": order.number,
        "kind": order.kind,
        "ordered": order.ordered_at.date(),
        "delivered": (order.delivered_at or order.ordered_at).date(),
        "eta_from": order.eta_from,
        "eta_to": order.eta_to,
        "carrier": order.carrier,
        "address": order.address,
    }


def day(value: date) -> str:
    """`3 March 2027`: a day that may lie years ahead."""
    return f"{value.day} {value:%B %Y}"


def today(turn: Turn) -> date:
    return datetime.now(turn.zone).date()


_ANSWERS: dict[str, Callable[[Turn], Awaitable[list[EventType]]]] = {
    "card_about_to_expire": card_about_to_expire,
    "card_acceptance": card_acceptance,
    "card_delivery_estimate": card_delivery_estimate,
    "card_not_working": card_not_working,
    "contactless_not_working": contactless_not_working,
    "disposable_card_limits": disposable_card_limits,
    "virtual_card_not_working": virtual_card_not_working,
    "visa_or_mastercard": visa_or_mastercard,
}
