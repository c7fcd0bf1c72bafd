"""Topping up: the cards that may, the rules by which they do it alone, and proving that a card is one's own."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from actions.bank.errors import CodeError, CodeLocked, CodeWrong, NotFound
from actions.bank.model.top_ups import AutoTopUp, FundingCard
from actions.bank.repository import audit, funding
from actions.bank.repository.unit import Connection
from actions.bank.use_cases.base import Service


class TopUps(Service):
    async def cards(self, customer_id: str) -> Sequence[FundingCard]:
        """The saved cards, the verified ones first."""
        async with self.pool.connection() as connection:
            return await funding.cards(connection, customer_id)

    async def rules(self, customer_id: str) -> Sequence[AutoTopUp]:
        """The automatic top-ups that are running or paused, the running ones first."""
        async with self.pool.connection() as connection:
            return await funding.rules(connection, customer_id)

    async def stop_rule(self, customer_id: str, rule_id: str) -> None:
        """End an automatic top-up; nothing happens where it is not the customer's."""
        async with self.pool.connection() as connection:
            if await funding.stop(connection, customer_id, rule_id):
                await audit.tell(connection, "instruction", customer_id, {"operation": "auto_top_up_stopped"})

    async def pause_rule(self, customer_id: str, rule_id: str) -> None:
        """Rest an automatic top-up until it is resumed; doing it twice changes nothing."""
        async with self.pool.connection() as connection:
            if await funding.pause(connection, customer_id, rule_id):
                await audit.tell(connection, "instruction", customer_id, {"operation": "auto_top_up_paused"})

    async def verify_card(self, customer_id: str, card_id: str, code: str) -> FundingCard:
        """Mark the card verified if `code` is the one beside the check charge on its statement.

        Raises NotFound without a code to compare with, CodeWrong (with the tries left) and CodeLocked at the last.
        """
        async with self.pool.connection() as connection:
            refusal = await self._check(connection, customer_id, card_id, code)
            await audit.funding_card(connection, customer_id, card_id, refusal)
            found = await funding.cards(connection, customer_id)
        if refusal is not None:  # raised only now, so that the counted try is committed
            raise refusal
        return next(card for card in found if card.id == card_id)

    async def _check(
        self, connection: Connection, customer_id: str, card_id: str, code: str
    ) -> CodeError | NotFound | None:
        expected = await funding.code_of(connection, customer_id, card_id)
        card = next((card for card in await funding.cards(connection, customer_id) if card.id == card_id), None)
        if expected is None or card is None:
            return NotFound("challenge")
        if card.tries_left == 0:
            return CodeLocked()
        if hmac.compare_digest(expected, self.sealer.fingerprint(f"{card_id}:{code}")):
            await funding.set_verified(connection, card_id)
            return None
        await funding.take_try(connection, card_id)
        return CodeWrong(card.tries_left - 1) if card.tries_left > 1 else CodeLocked()
