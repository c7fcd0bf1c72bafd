"""The customer's accounts at another bank: linked with their word there, read within a time, unlinked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from actions.bank.core.errors import CoreError
from actions.bank.core.port import CoreElsewhere
from actions.bank.core.values import Balance, CoreAccount, DirectDebit, StandingOrder
from actions.bank.model.transactions import Transaction
from actions.bank.repository import notices
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.linked_payments import LinkedPayments, Outcome
from actions.bank.use_cases.within import Within


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a turn waits for the other bank: for what is read beside our own answer, for a step of its own."""

    reading: int = 2
    linking: int = 8


@dataclass(frozen=True, slots=True)
class Holding:
    """One linked account with its balances, one for each currency."""

    account: CoreAccount
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction of a linked account."""

    account: CoreAccount
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class RegularPayments:
    direct_debits: tuple[DirectDebit, ...]
    standing_orders: tuple[StandingOrder, ...]


class Linked:
    """`name` is what customers call the other bank; `payments` pays from accounts there.

    Reading raises CoreUnavailable when the time is over, and the errors of the port. What was begun then goes on
    behind it: a token that is just being renewed would be lost with the request.
    """

    def __init__(self, name: str, core: CoreElsewhere, base: Service, patience: Patience | None = None) -> None:
        self.name = name
        self._core = core
        self._base = base
        self._patience = patience or Patience()
        self._within = Within()
        self.payments = LinkedPayments(name, core, base, self._within)

    async def link(self, customer_id: str) -> str:
        """The link under which the customer agrees at the other bank; it ends after a quarter of an hour."""
        found = await self._within(self._patience.linking, self._core.connect(customer_id))
        if found is None:
            raise ValueError("a core elsewhere has a place where the customer agrees")
        return found

    async def way(self, state: str) -> str:
        """Where a link leads to; raises NotFound for one that was used or has ended."""
        return await self._core.way(state)

    async def returned(self, customer_id: str, state: str, code: str | None) -> Outcome | Literal["linked"]:
        """Take in the customer who comes back, with what the bank gave them (None: they did not agree).

        What they have authorised is paid. Raises NotFound for a state that is not theirs, was used or has ended, and
        the errors of the port.
        """
        back = await self._core.returned(customer_id, state, code)
        if back.purpose == "payments":
            return await self.payments.returned(customer_id, back.consent_id, agreed=code is not None)
        if code is None:
            return "declined"
        async with self._base.pool.connection() as connection:
            await notices.add(connection, customer_id, "account_linked", {"bank": self.name})
        return "linked"

    async def linked(self, customer_id: str) -> bool:
        """Whether the customer has let us read, as far as is known here."""
        return await self._core.connected(customer_id)

    async def unlink(self, customer_id: str) -> bool:
        """End the reading at once; whether the other bank knows already."""
        try:
            await self._within(self._patience.linking, self._core.disconnect(customer_id))
        except CoreError:
            return False
        return True

    async def end(self, consent_id: str) -> None:
        """Tell the other bank that a permission has ended."""
        await self._within(self._patience.linking, self._core.end(consent_id))

    async def accounts(self, customer_id: str) -> list[CoreAccount]:
        """Those that are not closed."""
        return await self._within(self._patience.linking, self._open_accounts(customer_id))

    async def holdings(self, customer_id: str) -> Sequence[Holding]:
        return await self._within(self._patience.reading, self._holdings(customer_id))

    async def transactions(
        self, customer_id: str, *, since: datetime | None = None, before: datetime | None = None
    ) -> Sequence[Entry]:
        """The newest page of every linked account, together, newest first."""
        return await self._within(self._patience.reading, self._transactions(customer_id, since, before))

    async def regular(self, customer_id: str) -> RegularPayments:
        """What leaves the linked accounts by itself and is not over."""
        return await self._within(self._patience.reading, self._regular(customer_id))

    async def close(self) -> None:
        """Let what still runs end, then give the connections back."""
        await self._within.close(self._patience.linking)
        await self._core.close()

    async def _holdings(self, customer_id: str) -> list[Holding]:
        accounts = await self._open_accounts(customer_id)
        found = await asyncio.gather(*(self._core.balances(customer_id, account.id) for account in accounts))
        return [Holding(account, tuple(balances)) for account, balances in zip(accounts, found, strict=True)]

    async def _transactions(self, customer_id: str, since: datetime | None, before: datetime | None) -> list[Entry]:
        accounts = await self._open_accounts(customer_id)
        slices = await asyncio.gather(
            *(self._core.transactions(customer_id, account.id, since=since, before=before) for account in accounts)
        )
        entries = [Entry(account, item) for account, page in zip(accounts, slices, strict=True) for item in page.items]
        return sorted(entries, key=lambda entry: entry.transaction.created_at, reverse=True)

    async def _regular(self, customer_id: str) -> RegularPayments:
        debits, orders = await asyncio.gather(
            self._core.direct_debits(customer_id), self._core.standing_orders(customer_id)
        )
        over = ("cancelled", "expired")
        return RegularPayments(
            tuple(debit for debit in debits if debit.status not in over),
            tuple(order for order in orders if order.status not in over),
        )

    async def _open_accounts(self, customer_id: str) -> list[CoreAccount]:
        return [account for account in await self._core.accounts(customer_id) if account.status != "closed"]
