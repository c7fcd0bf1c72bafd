"""The demo bank: `python -m actions.bank.seed` fills the policy tables and adds the six demo customers.

Running it again adds nothing but newer exchange rates. It refuses to run in production.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from psycopg import sql

from actions.bank.bootstrap import utc_now
from actions.bank.repository.unit import Connection, open_bank_pool
from actions.bank.resealing import reseal
from actions.bank.sealing import Sealer
from actions.bank.seed_customer import CustomerSeed
from common import demo, keys, locks
from common.settings import Settings, SettingsError, load

DATA = Path(__file__).with_name("seed_data")
PER_EUR = {"EUR": "1", "GBP": "0.8655", "USD": "1.0830", "CHF": "0.9420", "PLN": "4.2750", "SEK": "11.2100",
           "JPY": "162.40", "AUD": "1.6480", "CAD": "1.4730"}  # fmt: skip
RATE_DAYS = 35


def expand(row: list[Any]) -> list[tuple[Any, ...]]:
    """One row for each combination of its cells' alternatives, which `|` separates."""
    cells = [cell.split("|") if isinstance(cell, str) else [cell] for cell in row]
    return list(itertools.product(*cells))


async def seed_policies(connection: Connection) -> None:
    tables: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "policies.yml").read_text("utf-8"))
    for table, content in tables.items():
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, content["columns"])),
            sql.SQL(", ").join([sql.Placeholder()] * len(content["columns"])),
        )
        for row in content["rows"]:
            for values in expand(row):
                await connection.execute(statement, values)


async def seed_rates(connection: Connection, now: datetime) -> None:
    """A rate for each of the last days at 07:00, moving by up to 0.5 % around its middle; today's is never ahead."""
    for day in range(RATE_DAYS):
        as_of = now.replace(hour=7, minute=0, second=0, microsecond=0) - timedelta(days=day)
        if as_of > now:
            continue
        for number, (currency, middle) in enumerate(PER_EUR.items()):
            step = (as_of.toordinal() * 37 + number * 101) % 101 - 50
            per_eur = Decimal(middle) * (1 + Decimal(step if currency != "EUR" else 0) / 10_000)
            await connection.execute(
                "INSERT INTO fx_rates (currency, as_of, per_eur) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (currency, as_of, per_eur),
            )


async def seed(settings: Settings) -> list[str]:
    """Fill the demo bank; returns the logins of the customers that were added."""
    if not settings.demo:
        raise SettingsError("the demo bank is seeded only with TELLER_MODE=demo")
    now = utc_now()
    sealer = Sealer(keys.load(settings))
    added = []
    pool = await open_bank_pool(settings, 1)
    try:
        async with pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (locks.DEMO_SEED,))
            await seed_policies(connection)
            await seed_rates(connection, now)
            await reseal(connection, sealer)
            for login, customer_id in demo.CUSTOMERS.items():
                content = yaml.safe_load((DATA / f"{login}.yml").read_text("utf-8"))
                if await CustomerSeed(connection, sealer, now, customer_id, content).add():
                    added.append(login)
    finally:
        await pool.close()
    return added


def main() -> None:
    try:
        added = asyncio.run(seed(load()))
    except SettingsError as error:
        sys.exit(str(error))
    print(f"demo bank: added {', '.join(added)}" if added else "demo bank: already there")


if __name__ == "__main__":
    main()
