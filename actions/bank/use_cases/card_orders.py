"""New cards: virtual and disposable ones at once, physical ones by post, and replacing one for good."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from actions.bank import wording
from actions.bank.errors import NotPossible
from actions.bank.model.accounts import Account
from actions.bank.model.cards import Card
from actions.bank.model.money import Money
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import card_changes, cards, customers, policies
from actions.bank.repository.unit import Row, row, rows
from actions.bank.rules import add_working_days, period_ends, period_starts
from actions.bank.use_cases.card_operations import new_last4
from actions.bank.use_cases.operations import Desk, Operation, Order

GONE = ("cancelled", "expired")
REASONS = ("lost", "stolen", "damaged", "compromised")


async def require_identity(desk: Desk) -> None:
    if not await customers.identity_verified(desk.connection, desk.profile.id):
        raise NotPossible("identity_unverified")


async def most(desk: Desk, code: str, period: str) -> int | None:
    """The count a plan allows; None where the plan has none of these."""
    sql = "SELECT count FROM limits WHERE code = %s AND plan = %s AND period = %s"
    found = await row(desk.connection, sql, code, desk.profile.plan, period)
    return int(found["count"]) if found else None


async def held(desk: Desk, kind: str) -> list[Card]:
    """The customer's cards of a kind that are not gone."""
    every = await cards.of_customer(desk.connection, desk.profile.id, lock=True)
    return [card for card in every if card.kind == kind and card.status not in GONE]


async def issue(desk: Desk, kind: str, account: Account, expires_on: date, status: str) -> tuple[str, str]:
    """Issue a card; returns its id and its last four digits."""
    scheme = await card_changes.scheme(desk.connection, desk.profile.country, kind)
    if scheme is None:
        raise NotPossible("no_delivery", country=desk.profile.country)
    last4 = new_last4({card.last4 for card in await cards.of_customer(desk.connection, desk.profile.id)})
    card_id = await card_changes.add(
        desk.connection,
        {
            "customer_id": desk.profile.id,
            "account_id": account.id,
            "last4": last4,
            "kind": kind,
            "scheme": scheme,
            "status": status,
            "expires_on": expires_on,
            "linked_to_app": kind != "physical",
            "pin_set": kind == "physical",
            "created_at": desk.now,
        },
    )
    return card_id, last4


async def expiry(desk: Desk, key: str) -> date:
    days = int(await policies.text(desk.connection, key))
    return desk.now.astimezone(ZoneInfo(desk.profile.timezone)).date() + timedelta(days=days)


class CreateVirtualCard(Operation):
    kind = "create_virtual_card"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        await require_identity(desk)
        account = await desk.account(order.account_id)
        allowed = await most(desk, "virtual_cards", "total")
        own = await held(desk, "virtual")
        if allowed is None or len(own) >= allowed:
            raise NotPossible("most_cards", kind="virtual", most=allowed or 0, cards=[card.last4 for card in own])
        fee = await desk.fee("card_virtual", account.currency)
        await desk.check_funds(account, fee)
        return self.quoted({"account": account.name, "fee": wording.fee(fee.amount_minor, 0, fee.currency)}, fee)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        account = await desk.account(order.account_id)
        expires_on = await expiry(desk, "card_validity_days")
        _, last4 = await issue(desk, "virtual", account, expires_on, "active")
        if quote.fee:
            await desk.charge(account, quote.fee, "card_virtual")
        return {**quote.facts, "last4": last4, "expires_on": expires_on.isoformat()}


class CreateDisposableCard(Operation):
    kind = "create_disposable_card"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        allowed = await most(desk, "disposable_cards", "day")
        if allowed is None:
            sql = "SELECT DISTINCT plan FROM limits WHERE code = 'disposable_cards' ORDER BY plan"
            plans = [found["plan"] for found in await rows(desk.connection, sql)]
            raise NotPossible("plan_without", plans=plans, plan=desk.profile.plan)
        await require_identity(desk)
        today = period_starts(desk.now, desk.profile.timezone)["day"]
        every = await cards.of_customer(desk.connection, desk.profile.id, lock=True)
        made = sum(card.kind == "disposable" and card.created_at >= today for card in every)
        if made >= allowed:
            resets_at = period_ends(desk.now, desk.profile.timezone)["day"]
            raise NotPossible("most_today", most=allowed, resets_at=resets_at)
        account = await desk.account(order.account_id)
        fee = await desk.fee("card_disposable", account.currency)
        await desk.check_funds(account, fee)
        return self.quoted(
            {"account": account.name, "fee": wording.fee(fee.amount_minor, 0, fee.currency), "left": allowed - made},
            fee,
        )

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        account = await desk.account(order.account_id)
        _, last4 = await issue(desk, "disposable", account, await expiry(desk, "disposable_validity_days"), "active")
        if quote.fee:
            await desk.charge(account, quote.fee, "card_disposable")
        return {**quote.facts, "last4": last4, "left": quote.facts["left"] - 1}


class Posted(Operation):
    """A card that goes by post; `details`: delivery (standard | express)."""

    fee_code: ClassVar[str]

    async def quote_delivery(self, desk: Desk, order: Order, account: Account) -> tuple[Row, dict[str, Any], Money]:
        """The row of the delivery table, what to say of it, and the whole fee; raises NotPossible."""
        method = order.details.get("delivery", "standard")
        country = desk.profile.country
        sql = "SELECT * FROM delivery_times WHERE country = %s AND method = %s"
        found = await row(desk.connection, sql, country, method)
        if found is None:
            known = await policies.country(desk.connection, country)
            raise NotPossible("no_delivery", country=known["name"] if known else country)
        fee = await desk.fee(self.fee_code, found["currency"]) + Money(found["fee_minor"], found["currency"])
        if fee.amount_minor:
            await desk.check_funds(await self.payer(desk, account, fee), fee)
        today = desk.now.astimezone(ZoneInfo(desk.profile.timezone)).date()
        facts = {
            "account": account.name,
            "address": desk.profile.address,
            "delivery": method,
            "fee": wording.fee(fee.amount_minor, 0, fee.currency),
            "eta_from": add_working_days(today, found["min_days"]).isoformat(),
            "eta_to": add_working_days(today, found["max_days"]).isoformat(),
        }
        return found, facts, fee

    @staticmethod
    async def payer(desk: Desk, account: Account, fee: Money) -> Account:
        """The account that pays the fee: the card's own, unless it holds another currency; raises NotFound."""
        same = account.currency == fee.currency or fee.amount_minor == 0
        return account if same else await desk.account(None, fee.currency)

    async def order(self, desk: Desk, kind: str, account: Account, quote: OperationQuote) -> dict[str, Any]:
        """Issue the card, inactive until it has arrived, and its order; debit the fee."""
        expires_on = await expiry(desk, "card_validity_days")
        card_id, last4 = await issue(desk, "physical", account, expires_on, "inactive")
        number = await card_changes.add_order(
            desk.connection,
            desk.sealer,
            desk.profile.address,
            {
                "customer_id": desk.profile.id,
                "card_id": card_id,
                "account_id": account.id,
                "kind": kind,
                "status": "ordered",
                "delivery": quote.facts["delivery"],
                "ordered_at": desk.now,
                "eta_from": date.fromisoformat(quote.facts["eta_from"]),
                "eta_to": date.fromisoformat(quote.facts["eta_to"]),
                "carrier": await policies.text(desk.connection, "card_carrier", desk.profile.country),
            },
        )
        if quote.fee:
            await desk.charge(await self.payer(desk, account, quote.fee), quote.fee, self.fee_code)
        return {**quote.facts, "number": number, "last4": last4}

    async def refuse_second_order(self, desk: Desk, *kinds: str) -> None:
        found = await card_changes.open_order(desk.connection, desk.profile.id, kinds)
        if found is not None:
            window = {name: found[name] for name in ("number", "eta_from", "eta_to")}
            raise NotPossible("order_under_way", **window)


class OrderCard(Posted):
    """The first physical card."""

    kind = "order_card"
    fee_code = "card_first"
    order_kind: ClassVar[str] = "first"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        await require_identity(desk)
        await self.refuse_second_order(desk, "first", "extra")
        allowed = await most(desk, "physical_cards", "total") or 0
        own = await held(desk, "physical")
        if len(own) >= allowed:
            raise NotPossible("most_cards", kind="physical", most=allowed, cards=[card.last4 for card in own])
        account = await desk.account(order.account_id)
        _, facts, fee = await self.quote_delivery(desk, order, account)
        return self.quoted({**facts, "held": len(own), "left": allowed - len(own)}, fee)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        return await self.order(desk, self.order_kind, await desk.account(order.account_id), quote)


class OrderSpareCard(OrderCard):
    """One more physical card of the customer's own."""

    kind = "order_spare_card"
    fee_code = "card_extra"
    order_kind = "extra"


class ReplaceCard(Posted):
    """`details` also: reason, one of REASONS. The old card ends for good; its replacement draws on its account."""

    kind = "replace_card"
    fee_code = "card_replacement"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        card = await desk.card(order.card_id)
        await self.refuse_second_order(desk, "replacement")
        reason = order.details.get("reason")
        if reason not in REASONS:
            raise ValueError(f"no such reason: {reason}")
        account = await desk.account(card.account_id)
        _, facts, fee = await self.quote_delivery(desk, order, account)
        return self.quoted({**facts, "old_last4": card.last4, "reason": reason}, fee)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        card = await desk.card(order.card_id)
        ended = {"status": "cancelled", "frozen_at": None, "frozen_reason": None}
        await card_changes.set_values(desk.connection, card.id, ended)
        await card_changes.remove_from_wallets(desk.connection, card.id)
        return await self.order(desk, "replacement", await desk.account(card.account_id), quote)
