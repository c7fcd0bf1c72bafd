"""Exchange rates."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from actions.bank.errors import CurrencyNotOffered
from actions.bank.model.policies import Rate
from actions.bank.repository import accounts, customers, policies
from actions.bank.repository.unit import Connection
from actions.bank.rules import BASIS_POINTS
from actions.bank.use_cases.base import Service

_PLACES = Decimal("0.000001")


async def rate_between(connection: Connection, base: str, quote: str, plan: str, at: datetime) -> Rate:
    """The rate for one unit of `base` in `quote` at a time; raises CurrencyNotOffered."""
    if base == quote:
        raise CurrencyNotOffered(quote)
    base_per_eur, base_as_of = await policies.per_eur(connection, base, at)
    quote_per_eur, quote_as_of = await policies.per_eur(connection, quote, at)
    basis_points = await policies.margin_bp(connection, plan, weekend=at.weekday() >= 5)
    mid = quote_per_eur / base_per_eur
    margin = Decimal(basis_points) / BASIS_POINTS
    return Rate(
        pair=f"{base}/{quote}",
        mid=mid.quantize(_PLACES),
        customer_rate=(mid * (1 - margin)).quantize(_PLACES),
        margin=margin,
        as_of=min(base_as_of, quote_as_of),
    )


class Exchange(Service):
    async def rate(self, base: str, quote: str, plan: str = "standard", at: datetime | None = None) -> Rate:
        """The rate for one unit of `base` in `quote`, now or `at` a time; raises CurrencyNotOffered."""
        async with self.pool.connection() as connection:
            return await rate_between(connection, base, quote, plan, at or self.clock())

    async def pairs_for(self, customer_id: str | None) -> list[tuple[str, str]]:
        """Pairs worth quoting: the customer's base currency against what they hold, else GBP against EUR and USD."""
        async with self.pool.connection() as connection:
            offered = await policies.exchange_currencies(connection)
            if customer_id is None:
                return [("GBP", "EUR"), ("GBP", "USD")]
            base = (await customers.profile(connection, self.sealer, customer_id)).base_currency
            held = [a.currency for a in await accounts.of_customer(connection, self.sealer, customer_id)]
        others = [c for c in dict.fromkeys(held) if c != base and c in offered]
        return [(base, other) for other in others or [c for c in ("EUR", "USD", "GBP") if c != base][:2]]
