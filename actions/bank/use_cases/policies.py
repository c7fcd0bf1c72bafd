"""The figures that an intent's answer needs, from the policy tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.bank.model.policies import Country
from actions.bank.repository import accounts, customers
from actions.bank.repository.unit import rows
from actions.bank.use_cases import facts_cards, facts_money, facts_service
from actions.bank.use_cases.base import Service
from actions.bank.use_cases.scene import GUEST_COUNTRY, GUEST_CURRENCY, GUEST_PLAN, GUEST_TIMEZONE, Group, Scene

GROUPS: dict[str, tuple[Group, ...]] = {**facts_cards.GROUPS, **facts_money.GROUPS, **facts_service.GROUPS}
"""Intent to the groups of facts that it is answered from."""


class Policies(Service):
    async def countries(self) -> Sequence[Country]:
        """Every country the tables know, by name."""
        async with self.pool.connection() as connection:
            found = await rows(connection, "SELECT * FROM countries ORDER BY name")
        return [
            Country(
                code=country["code"],
                name=country["name"],
                region=country["region"],
                residence=country["residence_supported"],
                delivery=country["card_delivery"],
                card_use=country["card_use"],
                transfers=country["transfers"],
                min_age=country["min_age"],
                youth_min_age=country["youth_min_age"],
            )
            for country in found
        ]

    async def facts(self, intent: str, customer_id: str | None, country: str | None = None) -> dict[str, str]:
        """Formatted figures by placeholder name, for the customer's plan, country and currency.

        A guest gets those of the standard plan in the United Kingdom; `country`
        (ISO code) asks for another one. Names that begin with `my_` are about the
        customer and are there only with a login; all others are always there.
        """
        async with self.pool.connection() as connection:
            scene = Scene(connection, self.clock(), None, GUEST_PLAN, GUEST_COUNTRY, GUEST_CURRENCY, GUEST_TIMEZONE, ())
            if customer_id is not None:
                profile = await customers.profile(connection, self.sealer, customer_id)
                held = await accounts.of_customer(connection, self.sealer, customer_id)
                currencies = tuple(account.currency for account in held)
                currency = profile.base_currency if profile.base_currency in ("GBP", "EUR", "USD") else "EUR"
                scene = Scene(
                    connection, self.clock(), customer_id, profile.plan, profile.country, currency,
                    profile.timezone, currencies,
                )  # fmt: skip
            if country is not None:
                scene = replace(scene, country=country)
            found = await facts_service.base(scene)
            for group in GROUPS.get(intent, ()):
                found |= await group(scene)
        return found
