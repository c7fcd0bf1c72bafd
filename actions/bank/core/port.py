"""What the assistant needs of a bank's core system. Two adapters keep it: our ledger, and UK Open Banking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from actions.bank.core.values import (
    Balance,
    Beneficiary,
    CoreAccount,
    DirectDebit,
    Payment,
    PaymentConsent,
    PaymentOrder,
    Returned,
    StandingOrder,
    TransactionSlice,
)


class CoreBank(Protocol):
    """Every method takes the verified customer first and reaches nothing of anybody else's.

    Reading raises NotFound for an id that is not the customer's, AuthorisationNeeded where the customer has not
    let the assistant in, CoreUnavailable and CoreAnswerInvalid. Reading is retried inside, paying only under its
    own key.
    """

    async def connect(self, customer_id: str) -> str | None:
        """Where the customer lets the assistant read their accounts; None where the core asks for no such step."""

    async def disconnect(self, customer_id: str) -> None:
        """End what the customer agreed to in `connect`: from now on nothing is read, whatever comes of the rest.

        Raises CoreUnavailable, CoreRefused and CoreAnswerInvalid where the core could not be told: call again.
        """

    async def accounts(self, customer_id: str) -> Sequence[CoreAccount]: ...

    async def balances(self, customer_id: str, account_id: str) -> Sequence[Balance]:
        """One balance for each currency of the account."""

    async def transactions(
        self,
        customer_id: str,
        account_id: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        cursor: str | None = None,
    ) -> TransactionSlice:
        """`since` inclusive, `before` exclusive, both with a zone; `cursor` is an earlier `next`.

        Each slice is newest first; slices follow in the core's own order, which is newest first at our ledger and
        at banks whose pages are. Filters belong to the first call: a cursor carries them. Raises InvalidRequest
        for a cursor of another account, or one that cannot be read.
        """

    async def beneficiaries(self, customer_id: str) -> Sequence[Beneficiary]: ...

    async def direct_debits(self, customer_id: str) -> Sequence[DirectDebit]: ...

    async def standing_orders(self, customer_id: str) -> Sequence[StandingOrder]: ...

    async def propose(self, customer_id: str, order: PaymentOrder) -> PaymentConsent:
        """Tell the core what is to be paid; it moves nothing.

        The same key and order give the same consent. Raises KeyConflict for a key that stands for another order,
        CoreRefused and the bank's own refusals (InsufficientFunds, LimitExceeded …).
        """

    async def consent(self, customer_id: str, consent: PaymentConsent) -> PaymentConsent:
        """The consent with its state of now."""

    async def pay(self, customer_id: str, consent: PaymentConsent) -> Payment:
        """Pay what was authorised, once: again with the same consent gives the same payment.

        Raises AuthorisationNeeded before the customer has authorised it, and refusals, which moved nothing.
        OutcomeUnknown means that the payment may have been made: call again with the same consent, never with a
        new order.
        """

    async def payment(self, customer_id: str, payment_id: str) -> Payment:
        """What became of a payment."""

    async def close(self) -> None:
        """Give back what the adapter itself has opened."""


class CoreElsewhere(CoreBank, Protocol):
    """A core where the customer agrees on the bank's own pages and comes back from there."""

    async def connected(self, customer_id: str) -> bool:
        """Whether the customer has let the assistant in, as far as is known without asking the bank."""

    async def end(self, consent_id: str) -> None:
        """Tell the core that a consent to read has ended; one that it does not know has ended already."""

    async def way(self, state: str) -> str:
        """The bank's page for the authorisation under way with this state; raises NotFound where there is none."""

    async def returned(self, customer_id: str, state: str, code: str | None) -> Returned:
        """Take in what the customer's browser brought back; without a code they did not agree.

        `customer_id` is who is logged in here. Raises NotFound for a state that is not theirs, was used or has ended;
        CoreUnavailable, CoreRefused, AuthorisationNeeded and CoreAnswerInvalid where the bank gives no usable tokens.
        """
