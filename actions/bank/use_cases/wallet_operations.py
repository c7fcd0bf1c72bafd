"""A card in the wallet of a phone: whoever holds that phone can pay with it, so a code is needed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from actions.bank.errors import CardNotAvailable, NotFound, NotPossible
from actions.bank.model.customers import Device
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import devices, wallets
from actions.bank.repository.unit import insert
from actions.bank.use_cases.card_operations import alive
from actions.bank.use_cases.operations import Desk, Operation, Order

WALLETS = {"ios": "Apple Pay", "android": "Google Pay"}
"""The wallet of a device by its platform; other devices have none."""


class AddToWallet(Operation):
    """`details`: device_id, a trusted phone or tablet of the customer's."""

    kind = "add_card_to_wallet"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = alive(await desk.card(order.card_id))
        if card.kind == "disposable":
            raise NotPossible("not_for_wallets", last4=card.last4)
        if card.status != "active":
            raise CardNotAvailable(card.status, card.last4)
        device = await self._device(desk, str(order.details["device_id"]))
        wallet = WALLETS[device.platform]
        if wallet not in await wallets.offered(desk.connection, desk.profile.country):
            raise NotPossible("wallet_not_offered", wallet=wallet)
        if await wallets.holds(desk.connection, card.id, device.id):
            raise NotPossible("in_wallet_already", last4=card.last4, wallet=wallet, device=device.name)
        return self.quoted({"last4": card.last4, "wallet": wallet, "device": device.name})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        token = {"id": uuid4(), "card_id": order.card_id, "device_id": order.details["device_id"]}
        state = {"wallet": quote.facts["wallet"], "status": "active", "created_at": desk.now}
        await insert(desk.connection, "wallet_tokens", token | state)
        return dict(quote.facts)

    @staticmethod
    async def _device(desk: Desk, device_id: str) -> Device:
        held = await devices.of_customer(desk.connection, desk.profile.id, lock=True)
        found = next((one for one in held if one.id == device_id and one.trusted and one.platform in WALLETS), None)
        if found is None:
            raise NotFound("device")
        return found
