"""Whom the customer pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.bank.errors import InvalidIban, NotFound
from actions.bank.model.transfers import Payee
from actions.bank.repository import accounts, audit, customers, payees, policies
from actions.bank.rules import compact_iban, compare_names, match_payee
from actions.bank.use_cases.base import Service


class Payees(Service):
    async def list(self, customer_id: str) -> Sequence[Payee]:
        async with self.pool.connection() as connection:
            return await payees.of_customer(connection, self.sealer, customer_id)

    async def get(self, customer_id: str, payee_id: str) -> Payee:
        async with self.pool.connection() as connection:
            found = await payees.one(connection, self.sealer, customer_id, payee_id)
        if found is None:
            raise NotFound("payee")
        return found

    async def block_reason(self, customer_id: str, payee_id: str) -> str | None:
        """The reason code for which this payee cannot be paid, None for one that can; raises NotFound."""
        payee = await self.get(customer_id, payee_id)
        if payee.status == "blocked":
            return payee.block_reason or "review"
        async with self.pool.connection() as connection:
            country = await policies.country(connection, payee.country)
        return None if country and country["transfers"] else "unsupported_country"

    async def resolve(self, customer_id: str, text: str) -> Payee:
        """The payee meant by a name or part of it; raises PayeeUnknown or PayeeAmbiguous with candidates."""
        return match_payee(text, await self.list(customer_id))

    async def by_iban(self, customer_id: str, iban: str) -> Payee | None:
        """The customer's payee with this IBAN, however it is written; raises InvalidIban."""
        iban_hash = self.sealer.fingerprint(compact_iban(iban))
        async with self.pool.connection() as connection:
            return await payees.by_fingerprint(connection, self.sealer, customer_id, iban_hash)

    async def adopt_iban(self, customer_id: str, iban: str, name: str) -> Payee:
        """A payee for a new IBAN, kept as unsaved; a known number gives the payee that has it. Raises InvalidIban."""
        compact = compact_iban(iban)
        if not name.strip():
            raise InvalidIban("name_missing")
        async with self.pool.connection() as connection:
            country = await policies.country(connection, compact[:2])
            payee = Payee(
                id=payees.new_id(),
                name=" ".join(name.split())[:80],
                iban=compact,
                country=compact[:2],
                currency=country["currency"] if country else "EUR",
                status="unsaved",
                name_check="unavailable",
                block_reason=None,
            )
            ours = await accounts.by_fingerprint(connection, self.sealer.fingerprint(compact))
            if ours is not None:
                theirs = await self.sealer.of(connection, ours["customer_id"])
                personal = theirs.open(ours["personal"], customers.place(ours["customer_id"]))
                check = compare_names(name, f"{personal['first_name']} {personal['last_name']}")
                payee = replace(payee, name_check=check)
            await payees.add(connection, self.sealer, customer_id, payee)
            kept = await payees.by_fingerprint(connection, self.sealer, customer_id, self.sealer.fingerprint(compact))
            if kept is not None and kept.id == payee.id:
                await audit.payee(connection, customer_id, "add", kept)
        if kept is None:
            raise NotFound("payee")
        return kept
