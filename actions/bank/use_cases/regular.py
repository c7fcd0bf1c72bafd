"""What leaves an account by itself: direct debits, standing orders, automatic top-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.bank.errors import NotFound
from actions.bank.model.money import Money
from actions.bank.model.regular import Mandate, StandingOrder, Upcoming
from actions.bank.repository import accounts, audit, funding, regular
from actions.bank.use_cases.base import Service


class Regular(Service):
    async def mandates(self, customer_id: str) -> Sequence[Mandate]:
        """All mandates, the cancelled ones included."""
        async with self.pool.connection() as connection:
            found = await regular.mandates(connection, customer_id)
        return [
            Mandate(
                id=str(row["id"]),
                collector=row["collector"],
                reference=row["reference"],
                status=row["status"],
                last_amount=Money(row["last_amount_minor"], row["currency"]) if row["last_amount_minor"] else None,
                next_run=row["next_run"],
                signed_at=row["signed_at"],
            )
            for row in found
        ]

    async def upcoming(self, customer_id: str) -> Sequence[Upcoming]:
        """Everything that is going to leave by itself, the soonest first, what has no date last."""
        async with self.pool.connection() as connection:
            orders = await regular.standing_orders(connection, self.sealer, customer_id)
            rules = await funding.rules(connection, customer_id)
        found = [
            Upcoming("direct_debit", mandate.id, mandate.collector, mandate.last_amount, mandate.next_run)
            for mandate in await self.mandates(customer_id)
            if mandate.status == "active"
        ]
        found += [
            Upcoming(
                "standing_order",
                str(order["id"]),
                order["payee"],
                Money(order["amount_minor"], order["currency"]),
                order["next_run"],
                order["schedule"],
            )
            for order in orders
            if order["status"] == "active"
        ]
        found += [
            Upcoming("auto_top_up", rule.id, f"card ending {rule.card_last4}", rule.amount,
                     rule.next_run.date() if rule.next_run else None, rule.schedule)
            for rule in rules if rule.status == "active"
        ]  # fmt: skip
        return sorted(found, key=lambda item: (item.next_run or date.max, item.counterparty))

    async def orders(self, customer_id: str) -> Sequence[StandingOrder]:
        """The standing orders that run or are paused, by payee."""
        async with self.pool.connection() as connection:
            held = await accounts.of_customer(connection, self.sealer, customer_id)
            found = await regular.standing_orders(connection, self.sealer, customer_id)
        names = {account.id: account.name for account in held}
        return [
            StandingOrder(
                id=str(order["id"]),
                payee=order["payee"],
                account=names[str(order["account_id"])],
                amount=Money(order["amount_minor"], order["currency"]),
                schedule=order["schedule"],
                next_run=order["next_run"],
                status=order["status"],
            )
            for order in found
            if order["status"] in ("active", "paused")
        ]

    async def pause_standing_order(self, customer_id: str, order_id: str) -> None:
        """It rests until it is resumed; doing it twice changes nothing."""
        async with self.pool.connection() as connection:
            if await regular.pause_standing_order(connection, customer_id, order_id):
                await audit.tell(connection, "instruction", customer_id, {"operation": "standing_order_paused"})

    async def cancel_mandate(self, customer_id: str, mandate_id: str) -> Mandate:
        """Nothing more is collected under it; doing it twice changes nothing. Raises NotFound."""
        async with self.pool.connection() as connection:
            if await regular.cancel_mandate(connection, customer_id, mandate_id, self.clock()):
                await audit.tell(connection, "instruction", customer_id, {"operation": "mandate_cancelled"})
        return self._one(await self.mandates(customer_id), mandate_id)

    async def cancel_standing_order(self, customer_id: str, order_id: str) -> None:
        """It is not carried out any more; doing it twice changes nothing."""
        async with self.pool.connection() as connection:
            if await regular.cancel_standing_order(connection, customer_id, order_id):
                await audit.tell(connection, "instruction", customer_id, {"operation": "standing_order_cancelled"})

    @staticmethod
    def _one(mandates: Sequence[Mandate], mandate_id: str) -> Mandate:
        found = next((mandate for mandate in mandates if mandate.id == mandate_id), None)
        if found is None:
            raise NotFound("mandate")
        return found
