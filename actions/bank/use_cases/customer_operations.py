"""What a customer can change about themselves: their details, and leaving the bank."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from actions.bank.errors import NotFound, NotPossible
from actions.bank.model.operations import OperationQuote
from actions.bank.repository import closing, customers, policies
from actions.bank.repository.unit import insert
from actions.bank.use_cases.operations import Desk, Operation, Order

DETAILS = ("name", "address", "phone", "email")


class EditDetail(Operation):
    """`details`: detail, one of DETAILS, value, and for an address its country (ISO code).

    A name is not changed before its document is seen; an address where no resident can hold an account is refused.
    """

    kind = "edit_detail"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        detail, value = order.details["detail"], str(order.details["value"]).strip()
        if detail not in DETAILS or not value:
            raise ValueError(f"no such detail: {detail}")
        profile = desk.profile
        old = f"{profile.first_name} {profile.last_name}" if detail == "name" else str(getattr(profile, detail))
        if detail == "address":
            code = order.details.get("country", profile.country)
            country = await policies.country(desk.connection, code)
            if country is None or not country["residence_supported"]:
                raise NotPossible("no_residence", country=country["name"] if country else code)
        return self.quoted({"detail": detail, "old": old, "value": value, "document": detail == "name"})

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        change_id, value = uuid4(), quote.facts["value"]
        needs_document = quote.facts["document"]
        if not needs_document:
            values = {quote.facts["detail"]: value}
            country = order.details.get("country") if quote.facts["detail"] == "address" else None
            await customers.set_personal(desk.connection, desk.sealer, desk.profile.id, values, country)
        own = await desk.sealer.of(desk.connection, desk.profile.id)
        await insert(
            desk.connection,
            "detail_changes",
            {
                "id": change_id,
                "customer_id": desk.profile.id,
                "detail": quote.facts["detail"],
                "state": "document_needed" if needs_document else "saved",
                "value": own.seal({"value": value}, f"detail_changes.value:{change_id}"),
                "created_at": desk.now,
            },
        )
        return {"detail": quote.facts["detail"], "document": needs_document}


class CloseAccounts(Operation):
    """`details`: close_on (ISO date), payee_id (who gets the balance; none is needed for a balance of zero), reason.

    The day's worker closes accounts and cards then; until then everything goes on.
    """

    kind = "close_accounts"

    async def check(self, desk: Desk, order: Order) -> OperationQuote:
        agreed = await closing.agreed(desk.connection, desk.profile.id)
        if agreed is not None:
            raise NotPossible("closure_agreed", close_on=agreed["close_on"])
        blockers = await closing.blockers(desk.connection, desk.profile.id)
        if blockers:
            raise NotPossible("closure_blocked", blockers=[f"{count} {what}" for what, count in blockers.items()])
        balances = await closing.balances(desk.connection, desk.profile.id)
        today = desk.now.astimezone(ZoneInfo(desk.profile.timezone)).date()
        close_on = date.fromisoformat(order.details.get("close_on") or today.isoformat())
        if close_on < today:
            raise NotPossible("day_passed", close_on=close_on)
        payee_id = order.details.get("payee_id")
        if payee_id and not await closing.has_payee(desk.connection, desk.profile.id, payee_id):
            raise NotFound("payee")
        if any(money.amount_minor for money in balances) and not payee_id:
            raise NotPossible("payout_missing", balances=balances)
        facts = {"balances": [money.format() for money in balances], "close_on": close_on.isoformat()}
        return self.quoted(facts)

    async def carry_out(self, desk: Desk, order: Order, quote: OperationQuote) -> dict[str, Any]:
        await insert(
            desk.connection,
            "account_closures",
            {
                "id": uuid4(),
                "customer_id": desk.profile.id,
                "close_on": date.fromisoformat(quote.facts["close_on"]),
                "payout_payee_id": order.details.get("payee_id"),
                "reason": order.details.get("reason"),
                "created_at": desk.now,
            },
        )
        return dict(quote.facts)
