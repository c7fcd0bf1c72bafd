"""What can be done with a card that exists: activate, link, unblock, look at, switch, limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from actions.bank.errors import CardNotAvailable, InvalidAmount, NotPossible
from actions.bank.model.cards import Card
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import card_changes, cards
from actions.bank.use_cases.card_limits import limits_of
from actions.bank.use_cases.operations import Desk, Operation, Order

VIEW_LIFE = timedelta(minutes=10)
CHANNELS = ("contactless", "online", "atm", "abroad", "magstripe")
FROZEN_FOR_GOOD = {"bank": "blocked_by_bank", "stolen": "reported_stolen"}
"""Reasons of a freeze that the customer cannot lift, and how the refusal calls them."""
_DEAD = ("cancelled", "expired", "blocked")


def alive(card: Card) -> Card:
    """The card, unless it is of no use any more; raises CardNotAvailable."""
    if card.status in _DEAD:
        raise CardNotAvailable(card.status, card.last4)
    return card


def physical(card: Card) -> Card:
    """The card, if it is one that has a PIN; raises CardNotAvailable."""
    if card.kind != "physical":
        raise CardNotAvailable("no_pin", card.last4)
    return alive(card)


class ActivateCard(Operation):
    kind = "activate_card"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = alive(await desk.card(order.card_id))
        if card.status != "inactive":
            raise NotPossible("not_inactive", last4=card.last4, status=card.status)
        return self.quoted({"last4": card.last4, "kind": card.kind})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        await card_changes.set_values(desk.connection, str(order.card_id), {"status": "active", "linked_to_app": True})
        return dict(quote.facts)


class LinkCard(Operation):
    """An issued card that the app does not show yet."""

    kind = "link_card"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = alive(await desk.card(order.card_id))
        if card.linked_to_app:
            raise NotPossible("nothing_to_link", last4=card.last4)
        return self.quoted({"last4": card.last4, "kind": card.kind})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        await card_changes.set_values(desk.connection, str(order.card_id), {"linked_to_app": True})
        return dict(quote.facts)


class UnfreezeCard(Operation):
    """A frozen card works again; not one that the bank froze or that was reported stolen."""

    kind = "unfreeze_card"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = alive(await desk.card(order.card_id))
        if card.status != "frozen":
            raise CardNotAvailable("not_frozen" if card.status == "active" else card.status, card.last4)
        if card.frozen_reason in FROZEN_FOR_GOOD:
            raise CardNotAvailable(FROZEN_FOR_GOOD[card.frozen_reason], card.last4)
        return self.quoted({"last4": card.last4, "kind": card.kind})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        await cards.unfreeze(desk.connection, str(order.card_id))
        return dict(quote.facts)


class UnblockPin(Operation):
    """The try counter only: the next payment with chip and PIN completes it."""

    kind = "unblock_pin"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = physical(await desk.card(order.card_id))
        if card.pin_blocked_at is None:
            raise NotPossible("pin_not_blocked", last4=card.last4, tries=card.pin_tries_left)
        return self.quoted({"last4": card.last4, "since": card.pin_blocked_at.isoformat()})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        tries = {"pin_tries_left": cards.PIN_TRIES, "pin_blocked_at": None}
        await card_changes.set_values(desk.connection, str(order.card_id), tries)
        return {**quote.facts, "tries": cards.PIN_TRIES}


class OpenSecureView(Operation):
    """A look, once, at what the chat never shows; the app does the showing and notes when."""

    view: ClassVar[str]

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = await desk.card(order.card_id)
        card = alive(card) if self.view == "card_details" else physical(card)
        return self.quoted({"last4": card.last4, "kind": card.kind, "expires_on": card.expires_on.isoformat()})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        until = desk.now + VIEW_LIFE
        await card_changes.open_view(desk.connection, desk.profile.id, self.view, order.card_id, desk.now, until)
        return {**quote.facts, "until": until.isoformat()}


class ViewPin(OpenSecureView):
    kind = "view_pin"
    view = "pin"


class ChangePin(OpenSecureView):
    kind = "change_pin"
    view = "pin_change"


class ViewCardDetails(OpenSecureView):
    kind = "view_card"
    view = "card_details"


class SwitchChannel(Operation):
    """`details`: channel, one of CHANNELS, and on, a bool. Switching on weakens security, so it needs a code."""

    kind = "switch_channel"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = alive(await desk.card(order.card_id))
        channel, on = order.details["channel"], bool(order.details["on"])
        if channel not in CHANNELS:
            raise ValueError(f"no such channel: {channel}")
        facts = {"last4": card.last4, "channel": channel, "on": on}
        if getattr(card, f"{channel}_on") == on:
            raise NotPossible("already_so", **facts)
        return self.quoted(facts, needs_code=on)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        await card_changes.set_values(
            desk.connection, str(order.card_id), {f"{quote.facts['channel']}_on": quote.facts["on"]}
        )
        return dict(quote.facts)


class SetCardLimit(Operation):
    """`details`: code (card_spend | card_online | atm), amount_minor and currency; raising needs a code."""

    kind = "set_card_limit"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = alive(await desk.card(order.card_id))
        wanted = Money(order.details["amount_minor"], order.details["currency"])
        if wanted.amount_minor < 0:
            raise InvalidAmount("not_positive")
        held = {limit.code: limit for limit in await limits_of(desk.connection, desk.profile, card, desk.now)}
        limit = held[order.details["code"]]
        facts = {
            "last4": card.last4,
            "code": limit.code,
            "was": limit.limit.format(),
            "limit": wanted.format(),
            "raised": wanted > limit.limit,
        }
        if wanted > limit.largest:
            raise NotPossible("above_largest", last4=card.last4, largest=limit.largest, plan=desk.profile.plan)
        if wanted == limit.limit:
            raise NotPossible("limit_already_so", last4=card.last4, limit=limit.limit)
        return self.quoted(facts, needs_code=wanted > limit.limit)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        wanted = Money(order.details["amount_minor"], order.details["currency"])
        await card_changes.set_limit(desk.connection, str(order.card_id), order.details["code"], wanted, desk.now)
        return dict(quote.facts)


def new_last4(taken: set[str]) -> str:
    """Four digits that none of the customer's cards ends in: drawn from a fresh random number."""
    while (last4 := f"{uuid4().int % 10_000:04d}") in taken:
        continue
    return last4
