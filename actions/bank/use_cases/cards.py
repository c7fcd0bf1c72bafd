"""Cards: listing, freezing at once, and unfreezing after a second factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from actions.bank.errors import CardNotAvailable, NotFound
from actions.bank.model.cards import Card, CardFrozen, CardLimit, CardOrder, Contactless, PreparedUnfreeze
from actions.bank.model.money import Money
from actions.bank.repository import accounts, audit, cards, customers, intents, policies
from actions.bank.repository.unit import Connection, serializable
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.card_limits import limits_of
from actions.bank.use_cases.step_up import StepUp

PREPARED_LIFE = timedelta(minutes=10)
_FOR_GOOD = {"bank": "blocked_by_bank", "stolen": "reported_stolen"}
"""Reasons of a freeze that the customer cannot lift, and how the refusal calls them."""


@dataclass(frozen=True, slots=True)
class Cards(Service):
    step_up: StepUp

    async def list(self, customer_id: str) -> Sequence[Card]:
        async with self.pool.connection() as connection:
            return await cards.of_customer(connection, customer_id)

    async def orders(self, customer_id: str) -> Sequence[CardOrder]:
        """Card orders, the newest first."""
        async with self.pool.connection() as connection:
            return await cards.orders(connection, self.sealer, customer_id)

    async def contactless(self, customer_id: str, card_id: str) -> Contactless:
        """How far this card's taps have come, in the currency of its account; raises NotFound."""
        async with self.pool.connection() as connection:
            card = next((one for one in await cards.of_customer(connection, customer_id) if one.id == card_id), None)
            if card is None:
                raise NotFound("card")
            account = await accounts.one(connection, self.sealer, customer_id, card.account_id)
            profile = await customers.profile(connection, self.sealer, customer_id)
            currency = account.currency if account else profile.base_currency
            allowed = await policies.amount_limits(connection, "contactless", profile.plan, currency)
        used = Money(card.contactless_spend_since_pin_minor, currency)
        return Contactless(used, allowed.get("payment"), allowed.get("running"))

    async def limits(self, customer_id: str, card_id: str) -> Sequence[CardLimit]:
        """What this card may spend a day: set, used, and the most that can be set; raises NotFound."""
        async with self.pool.connection() as connection:
            held = {card.id: card for card in await cards.of_customer(connection, customer_id)}
            if card_id not in held:
                raise NotFound("card")
            profile = await customers.profile(connection, self.sealer, customer_id)
            return await limits_of(connection, profile, held[card_id], self.clock())

    async def freeze(self, customer_id: str, card_ids: Sequence[str] | None, reason: str) -> Sequence[CardFrozen]:
        """Freeze the named cards, or every active physical one for None; a frozen card stays as it is.

        Raises NotFound for a card that is not the customer's, CardNotAvailable where nothing can be frozen.
        """
        now = self.clock()
        async with self.pool.connection() as connection:
            held = {card.id: card for card in await cards.of_customer(connection, customer_id, lock=True)}
            chosen = self._to_freeze(held, card_ids)
            fresh = [card.id for card in chosen if card.status != "frozen"]
            await cards.freeze(connection, fresh, reason, now)
            await audit.cards(connection, customer_id, "freeze", fresh, reason)
            after = {card.id: card for card in await cards.of_customer(connection, customer_id)}
        return [CardFrozen(after[card.id], card.status == "frozen", after[card.id].frozen_at or now) for card in chosen]

    @staticmethod
    def _to_freeze(held: dict[str, Card], card_ids: Sequence[str] | None) -> Sequence[Card]:
        if card_ids is None:
            chosen = [c for c in held.values() if c.kind == "physical" and c.status in ("active", "frozen")]
            if not chosen:
                raise CardNotAvailable("no_active_card")
            return chosen
        if any(card_id not in held for card_id in card_ids):
            raise NotFound("card")
        chosen = [held[card_id] for card_id in card_ids]
        for card in chosen:
            if card.status in ("cancelled", "expired", "blocked"):
                raise CardNotAvailable(card.status, card.last4)
        return chosen

    async def prepare_unfreeze(self, customer_id: str, card_id: str) -> PreparedUnfreeze:
        """Mint the key under which a second factor may unfreeze this card; raises CardNotAvailable, NotFound."""
        now = self.clock()
        key = str(uuid4())
        async with self.pool.connection() as connection:
            card = await self._frozen(connection, customer_id, card_id)
            await intents.add(
                connection,
                {
                    "customer_id": customer_id,
                    "key": key,
                    "kind": "unfreeze_card",
                    "state": "prepared",
                    "card_id": card.id,
                    "created_at": now,
                    "expires_at": now + PREPARED_LIFE,
                },
            )
        return PreparedUnfreeze(key, card, now + PREPARED_LIFE)

    async def unfreeze(self, customer_id: str, key: str) -> Card:
        """Unfreeze the card prepared under `key`; only after `step_up.verify`, and the same again for the same key."""
        return await serializable(self.pool, lambda connection: self._unfreeze(connection, customer_id, key))

    async def _unfreeze(self, connection: Connection, customer_id: str, key: str) -> Card:
        intent = await intents.get(connection, customer_id, key, "unfreeze_card", lock=True)
        card_id = str(intent["card_id"])
        if intent["state"] != "executed":
            intents.require_open(intent, self.clock())
            await self.step_up.require_verified(connection, intent)
            await self._frozen(connection, customer_id, card_id)
            await cards.unfreeze(connection, card_id)
            await audit.cards(connection, customer_id, "unfreeze", [card_id])
            await intents.set_executed(connection, customer_id, key, self.clock())
        held = {card.id: card for card in await cards.of_customer(connection, customer_id)}
        return held[card_id]

    @staticmethod
    async def _frozen(connection: Connection, customer_id: str, card_id: str) -> Card:
        for card in await cards.of_customer(connection, customer_id, lock=True):
            if card.id == card_id:
                if card.status != "frozen":
                    raise CardNotAvailable("not_frozen" if card.status == "active" else card.status, card.last4)
                if card.frozen_reason in _FOR_GOOD:
                    raise CardNotAvailable(_FOR_GOOD[card.frozen_reason], card.last4)
                return card
        raise NotFound("card")
