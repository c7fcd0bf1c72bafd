"""Accounts, balances and the transaction feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actions.bank.errors import AccountNotAvailable
from actions.bank.model.accounts import Account, Spending
from actions.bank.model.money import Money
from actions.bank.model.transactions import Direction, Reason, Transaction, TransactionPage
from actions.bank.repository import accounts, customers, policies, transactions
from actions.bank.repository.transactions import Filter
from actions.bank.use_cases.base import Service


class Accounts(Service):
    async def list(self, customer_id: str) -> Sequence[Account]:
        """All accounts of the customer, the oldest first."""
        async with self.pool.connection() as connection:
            return await accounts.of_customer(connection, self.sealer, customer_id)

    async def by_currency(self, customer_id: str, currency: str) -> Account:
        """The customer's oldest account in `currency` that is not closed; raises AccountNotAvailable."""
        held = await self.list(customer_id)
        for account in held:
            if account.currency == currency and account.status != "closed":
                return account
        raise AccountNotAvailable("no_account_in_currency", currency, tuple(a.currency for a in held))

    async def transactions(
        self,
        customer_id: str,
        *,
        merchant: str | None = None,
        date_from: date | None = None,
        date_to: date | None = None,
        min_amount: Money | None = None,
        max_amount: Money | None = None,
        kind: str | Sequence[str] | None = None,
        status: str | Sequence[str] | None = None,
        direction: Direction | None = None,
        sides: Sequence[str] = (),
        cards: Sequence[str] = (),
        limit: int = 10,
    ) -> TransactionPage:
        """What matches all given filters. Dates are days in the customer's time zone, both inclusive.

        `sides` are those of the reason codes (who refused), `cards` last four digits.
        """
        async with self.pool.connection() as connection:
            zone = ZoneInfo((await customers.profile(connection, self.sealer, customer_id)).timezone)
            wanted = Filter(
                merchant=merchant,
                since=datetime.combine(date_from, time.min, zone) if date_from else None,
                before=datetime.combine(date_to + timedelta(days=1), time.min, zone) if date_to else None,
                min_amount=min_amount,
                max_amount=max_amount,
                kinds=(kind,) if isinstance(kind, str) else kind or (),
                statuses=(status,) if isinstance(status, str) else status or (),
                direction=direction,
                sides=sides,
                cards=cards,
            )
            items = await transactions.search(connection, customer_id, wanted, limit)
            sums = await transactions.sums(connection, customer_id, wanted)
        return TransactionPage(
            items=tuple(items),
            count=sum(row["n"] for row in sums),
            total={row["currency"]: Money(row["received"] - row["spent"], row["currency"]) for row in sums},
            spent={row["currency"]: Money(row["spent"], row["currency"]) for row in sums},
            received={row["currency"]: Money(row["received"], row["currency"]) for row in sums},
        )

    async def spending(
        self, customer_id: str, first: date, last: date, currency: str, merchant: str | None = None
    ) -> Spending:
        """What went out for purchases and bills in whole days, refunds netted, beside the same span before."""
        kinds, counted = ("card_payment", "direct_debit", "fee", "refund", "atm"), ("pending", "completed")
        span = last - first + timedelta(days=1)
        found: list[tuple[Money, list[Transaction]]] = []
        for start, end in ((first, last), (first - span, first - timedelta(days=1))):
            page = await self.transactions(
                customer_id, merchant=merchant, date_from=start, date_to=end, kind=kinds, status=counted, limit=1000
            )
            items = [item for item in page.items if item.amount.currency == currency]
            minor = sum(item.amount.amount_minor * (1 if item.direction == "out" else -1) for item in items)
            found.append((Money(minor, currency), items))
        (total, items), (before, _) = found
        out = [item for item in items if item.direction == "out"]
        largest = sorted(out, key=lambda item: (-item.amount.amount_minor, item.created_at))[:3]
        return Spending(total, len(out), before, tuple(largest))

    async def explain(self, reason_code: str) -> Reason:
        """A reason code in plain words, with its one fix."""
        async with self.pool.connection() as connection:
            return await policies.reason(connection, reason_code)
