"""The customer's say: consents begun, brought back authorised, and the tokens that come of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from actions.bank.core.errors import AuthorisationNeeded, Purpose
from actions.bank.errors import NotFound
from actions.bank.open_banking.consents import Agreement, ConsentStore
from actions.bank.open_banking.oauth import AuthorisationServer, Secrets, Tokens

# How long a customer may take to agree at their bank.
UNDER_WAY = timedelta(minutes=15)


class Authorisation:
    def __init__(self, server: AuthorisationServer, store: ConsentStore) -> None:
        self._server = server
        self._store = store

    async def begin(self, customer_id: str, consent_id: str, purpose: Purpose) -> str:
        """The link with which the customer goes to agree to this consent; it ends after a quarter of an hour.

        It leads to our own door, which sends them on (`way`): a bank's link is long, and lives for minutes only.
        Whoever gets hold of it can go to the bank, but only the customer who is logged in here brings anything back.
        """
        binding = Secrets.fresh()
        await self._store.begin(customer_id, consent_id, purpose, binding, self._store.clock() + UNDER_WAY)
        return self._server.way_in(binding.state)

    async def way(self, state: str) -> str:
        """Where at the bank the customer agrees; raises NotFound for a state that was used or has ended."""
        found = await self._store.under_way(state)
        if found is None:
            raise NotFound("authorisation")
        agreement, binding = found
        return await self._server.authorise_url(agreement.consent_id, agreement.purpose, binding)

    async def finish(self, customer_id: str, state: str, code: str) -> Agreement:
        """What the customer's browser brought back from the bank, made into tokens.

        `customer_id` is who is logged in here. Raises NotFound for a state that is not theirs, was used or has
        ended; CoreAnswerInvalid where the bank's tokens are for another consent.
        """
        found = await self._store.take(customer_id, state)
        if found is None:
            raise NotFound("authorisation")
        agreement, binding = found
        tokens = await self._server.redeemed(code, binding, agreement.consent_id, agreement.purpose)
        await self._store.keep(agreement, tokens)
        return replace(agreement, tokens=tokens)

    async def drop(self, customer_id: str, state: str) -> Agreement:
        """The customer did not agree at the bank: nothing is under way any more. Raises NotFound as `finish` does."""
        found = await self._store.take(customer_id, state)
        if found is None:
            raise NotFound("authorisation")
        if found[0].purpose == "accounts":  # a payment's consent is still asked about
            await self._store.forget(customer_id, found[0].consent_id)
        return found[0]

    async def withdrawn(self, customer_id: str) -> list[str]:
        """End every consent to read the customer's accounts here and now; those that the bank is to be told of."""
        return await self._store.withdraw(customer_id)

    async def forget(self, customer_id: str, consent_id: str) -> None:
        """The bank knows that the consent has ended."""
        await self._store.forget(customer_id, consent_id)

    async def own(self, customer_id: str, consent_id: str) -> Agreement:
        """The customer's own consent; raises NotFound for anybody else's."""
        found = await self._store.find(customer_id, consent_id)
        if found is None:
            raise NotFound("consent")
        return found

    async def granted(self, customer_id: str) -> bool:
        """Whether the customer has a consent to reading their accounts that has not been seen to end."""
        return await self._store.access(customer_id) is not None

    async def access_token(self, customer_id: str, refused: str | None = None) -> str:
        """A token to read the customer's accounts, other than the one just refused; raises AuthorisationNeeded."""
        agreement = await self._store.access(customer_id)
        return await self._token(agreement, "accounts", refused)

    async def payment_token(self, customer_id: str, consent_id: str, refused: str | None = None) -> str:
        """A token that pays this one consent; raises AuthorisationNeeded, NotFound."""
        return await self._token(await self.own(customer_id, consent_id), "payments", refused)

    async def _token(self, agreement: Agreement | None, purpose: Purpose, refused: str | None) -> str:
        tokens = agreement.tokens if agreement else None
        if agreement is None or tokens is None:
            raise AuthorisationNeeded(purpose)
        if tokens.access != refused and not tokens.ends_before(self._store.clock()):
            return tokens.access
        try:
            renewed = await self._store.renew(agreement, tokens.access, self._refreshed)
        except AuthorisationNeeded:
            if purpose == "accounts":  # what a payment's consent was used for may still have to be asked
                await self._store.forget(agreement.customer_id, agreement.consent_id)
            raise
        if renewed is None:
            raise AuthorisationNeeded(purpose)
        return renewed.access

    async def _refreshed(self, agreement: Agreement, tokens: Tokens) -> Tokens:
        """New tokens; a bank that gives no new refresh token means the old one to stay."""
        if tokens.refresh is None:
            raise AuthorisationNeeded(agreement.purpose)
        fresh = await self._server.refreshed(tokens.refresh, agreement.purpose)
        return fresh if fresh.refresh else replace(fresh, refresh=tokens.refresh)
