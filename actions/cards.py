"""Cards: freezing one at once, and where an ordered one is."""

from __future__ import annotations

from datetime import date, datetime

from rasa_sdk.events import EventType

from actions.bank.errors import CardNotAvailable
from actions.bank.model.cards import Card, CardOrder
from actions.caller import TellerAction
from actions.forms import HANDOFF
from actions.lookup_facts import facts
from actions.parsing.numbers_in_ids import find_card_ending
from actions.parsing.text import tokens
from actions.proposals import offer_operation
from actions.turn import Button, Turn

_KINDS = ("virtual", "disposable", "physical")
_PAYMENTS_TOLD = 3


class ActionFreezeCard(TellerAction):
    """Freeze the named card, or the only physical one, at once; with several physical ones ask which."""

    def name(self) -> str:
        return "action_freeze_card"

    async def answer(self, turn: Turn) -> list[EventType]:
        cards = await usable_cards(turn)
        everything = "all" in tokens(turn.text)
        physical = cards if everything else [card for card in cards if card.kind == "physical"]
        chosen = named_cards(turn, cards) or physical or cards
        if not chosen:
            raise CardNotAvailable("no_active_card")
        if len(chosen) > 1 and not everything:
            buttons = [
                Button(f"{card.kind.capitalize()} card {card.last4}", f"freeze the card ending {card.last4}")
                for card in chosen
            ]
            turn.say("utter_cards_freeze_which", buttons=buttons)
            return [turn.offer(self.name())]
        await freeze(turn, [card.id for card in chosen], "customer_request")
        await _say_pending(turn, {card.last4 for card in chosen})
        return []


class ActionFreezeLostCard(TellerAction):
    """Freeze a lost, stolen or exposed card at once; if none is named every physical one, where details leaked all."""

    login = False

    def name(self) -> str:
        return "action_freeze_lost_card"

    async def answer(self, turn: Turn) -> list[EventType]:
        if turn.customer is None:
            turn.say("utter_cards_lost_guest", await turn.bank.policies.facts("lost_or_stolen_card", None))
            return []
        cards = await usable_cards(turn)
        named = named_cards(turn, cards)
        if turn.intent == "compromised_card":  # details leak from any card, most of all from those used online
            named = named or cards
        await freeze(turn, [card.id for card in named] or None, turn.intent)
        frozen = {card.last4 for card in named or cards}
        page = await turn.bank.accounts.transactions(
            turn.customer_id, kind=("card_payment", "atm"), status=("pending", "completed"), limit=20
        )
        payments = [item for item in page.items if item.card_last4 in frozen][:_PAYMENTS_TOLD]
        for item in payments:
            turn.say("utter_cards_payment_since", facts(item))
        turn.say("utter_cards_lost_next" if payments else "utter_cards_lost_next_no_payments")
        return []


class ActionFreezeSwallowedCard(TellerAction):
    """Freeze the card a cash machine kept, with what happened at the machine; several cards: ask which."""

    def name(self) -> str:
        return "action_freeze_swallowed_card"

    async def answer(self, turn: Turn) -> list[EventType]:
        cards = [card for card in await usable_cards(turn) if card.kind == "physical"]
        chosen = named_cards(turn, cards) or cards
        if not chosen:
            raise CardNotAvailable("no_active_card")
        if len(chosen) > 1:
            buttons = [Button(f"Card {card.last4}", f"the machine kept card {card.last4}") for card in chosen]
            turn.say("utter_card_swallowed_which", buttons=buttons)
            return [turn.offer(self.name())]
        await freeze(turn, [chosen[0].id], "card_swallowed")
        page = await turn.bank.accounts.transactions(turn.customer_id, kind="atm", limit=20)
        machine = next((item for item in page.items if item.card_last4 == chosen[0].last4), None)
        if machine:
            turn.say("utter_card_swallowed_machine", facts(machine))
        else:
            turn.say("utter_card_swallowed_no_machine")
        rules = await turn.bank.policies.facts("card_swallowed", turn.customer_id)
        return offer_operation(turn, "utter_card_swallowed_next", "replace_card", rules)


class ActionShowCardOrder(TellerAction):
    """Where the ordered card is and whether it is late; without an open order, what was delivered last."""

    def name(self) -> str:
        return "action_show_card_order"

    async def answer(self, turn: Turn) -> list[EventType]:
        orders = await turn.bank.cards.orders(turn.customer_id)
        under_way = [order for order in orders if order.status in ("ordered", "dispatched")]
        today = datetime.now(turn.zone).date()
        for order in under_way:
            self._say_order(turn, order, today)
        if any(order.late(today) for order in under_way):
            turn.suggest("replace_card", "human_handoff")
            return [turn.offer(HANDOFF)]
        if under_way:
            return []
        delivered = next((order for order in orders if order.status == "delivered"), None)
        if delivered:
            told = _order_facts(delivered)
            return offer_operation(turn, "utter_card_arrival_delivered", "order_physical_card", told)
        return offer_operation(turn, "utter_card_arrival_none", "order_physical_card")

    def _say_order(self, turn: Turn, order: CardOrder, today: date) -> None:
        if order.status == "ordered":
            turn.say("utter_card_arrival_ordered", _order_facts(order))
        else:
            tracked = "utter_card_arrival_dispatched" if order.tracking_no else "utter_card_arrival_untracked"
            turn.say(tracked, _order_facts(order))
        if order.late(today):
            turn.say("utter_card_arrival_late", until=order.eta_to)


async def freeze(turn: Turn, card_ids: list[str] | None, reason: str) -> None:
    """Freeze and say so, card by card; raises CardNotAvailable where there is none."""
    for frozen in await turn.bank.cards.freeze(turn.customer_id, card_ids, reason):
        turn.say(
            "utter_cards_frozen_already" if frozen.already else "utter_cards_frozen",
            kind=frozen.card.kind,
            last4=frozen.card.last4,
            at=frozen.frozen_at,
        )
        if frozen.already and reason == "customer_request":
            turn.suggest("unfreeze_card")


async def usable_cards(turn: Turn) -> list[Card]:
    """The cards that can be frozen or are frozen already."""
    return [card for card in await turn.bank.cards.list(turn.customer_id) if card.status in ("active", "frozen")]


def named_cards(turn: Turn, cards: list[Card]) -> list[Card]:
    """Those the message names by their last four digits, else by their kind."""
    ending = find_card_ending(turn.text)
    by_ending = [card for card in cards if card.last4 == ending]
    words = tokens(turn.text)
    return by_ending or [card for card in cards if card.kind in words and card.kind in _KINDS]


async def _say_pending(turn: Turn, endings: set[str]) -> None:
    """What still runs on cards that were just frozen."""
    page = await turn.bank.accounts.transactions(
        turn.customer_id, kind=("card_payment", "hold", "atm"), status="pending", limit=20
    )
    for item in [item for item in page.items if item.card_last4 in endings][:_PAYMENTS_TOLD]:
        turn.say("utter_cards_pending", facts(item))


def _order_facts(order: CardOrder) -> dict[str, object]:
    return {
        "number": order.number,
        "address": order.address,
        "kind": order.kind,
        "last4": order.card_last4,
        "ordered": order.ordered_at.date(),
        "dispatched": (order.dispatched_at or order.ordered_at).date(),
        "delivered": (order.delivered_at or order.ordered_at).date(),
        "eta_from": order.eta_from,
        "eta_to": order.eta_to,
        "carrier": order.carrier,
        "tracking": order.tracking_no,
    }
