"""Whether one named thing is offered: a currency, a country, a card for topping up, a cash machine abroad."""

from __future__ import annotations

from dataclasses import dataclass

from actions.bank.repository.unit import row, rows
from actions.bank.use_cases.base import Service


@dataclass(frozen=True, slots=True)
class CurrencyUse:
    """What can be done in a currency; all False for one that is not in the table."""

    code: str
    name: str
    hold: bool = False
    exchange: bool = False
    receive: bool = False


@dataclass(frozen=True, slots=True)
class CountryUse:
    """What works in a country; all False for one that is not in the table. `route`: how euros or pounds go there."""

    code: str
    card_use: bool = False
    transfers: bool = False
    sepa: bool = False
    topup_cards: bool = False
    currency: str | None = None


class Support(Service):
    async def currency(self, code: str) -> CurrencyUse:
        async with self.pool.connection() as connection:
            found = await row(connection, "SELECT * FROM currencies WHERE code = %s", code)
        if found is None:
            return CurrencyUse(code, code)
        return CurrencyUse(code, found["name"], found["hold"], found["exchange"], found["receive"])

    async def country(self, code: str) -> CountryUse:
        async with self.pool.connection() as connection:
            found = await row(connection, "SELECT * FROM countries WHERE code = %s", code)
            cards = await row(connection, "SELECT code FROM topup_countries WHERE code = %s", code)
        if found is None:
            return CountryUse(code, topup_cards=cards is not None)
        return CountryUse(
            code, found["card_use"], found["transfers"], found["sepa"], cards is not None, found["currency"]
        )

    async def topup_schemes(self) -> dict[str, bool]:
        """Every scheme of the table and whether its cards can top up."""
        async with self.pool.connection() as connection:
            sql = "SELECT detail, accepted FROM topup_methods WHERE method = 'card_scheme' ORDER BY detail"
            return {found["detail"]: found["accepted"] for found in await rows(connection, sql)}

    async def topup_currencies(self) -> list[str]:
        async with self.pool.connection() as connection:
            sql = "SELECT detail FROM topup_methods WHERE method = 'card_currency' AND accepted ORDER BY detail"
            return [found["detail"] for found in await rows(connection, sql)]

    async def machine_networks(self, country: str) -> dict[str, bool]:
        """The networks that are special to a country, and whether our cards work on them."""
        sql = """
            SELECT network, bool_or(supported) AS supported
            FROM atm_networks JOIN countries ON atm_networks.region = countries.name
            WHERE countries.code = %s GROUP BY network ORDER BY network
        """
        async with self.pool.connection() as connection:
            return {found["network"]: found["supported"] for found in await rows(connection, sql, country)}

    async def wallets(self, country: str) -> list[tuple[str, str, bool, bool]]:
        """Wallet, devices, payments, top-ups, for one country."""
        sql = "SELECT wallet, device, payments, top_ups FROM wallets WHERE country = %s ORDER BY wallet"
        async with self.pool.connection() as connection:
            found = await rows(connection, sql, country)
        return [(one["wallet"], one["device"], one["payments"], one["top_ups"]) for one in found]
