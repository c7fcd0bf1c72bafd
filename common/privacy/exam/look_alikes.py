"""What looks like personal data and is none: amounts, dates, times, rates, numbers of orders and flights."""

from __future__ import annotations

from random import Random

from common.privacy.exam import secrets

_PAIRS = ("EUR/USD", "GBP-EUR", "USD/JPY", "GBP/CHF", "EURPLN")


def look_alike(random: Random, kind: str, shops: list[str]) -> str:
    """What fills a hole of a harmless frame."""
    if kind == "AMOUNT":
        whole = random.choice((random.randint(1, 99), random.randint(100, 9_999), random.randint(10_000, 250_000)))
        figures = random.choice((f"{whole}", f"{whole:,}", f"{whole:,}.{random.randint(0, 99):02d}"))
        return random.choice(
            (f"£{figures}", f"€{figures}", f"${figures}", f"{figures} pounds", f"{figures} EUR", f"{figures} euros")
        )
    if kind == "DATE":
        day, month, year = random.randint(1, 28), random.randint(1, 12), random.randint(2019, 2026)
        return random.choice(
            (
                f"{day:02d}/{month:02d}/{year}",
                f"{year}-{month:02d}-{day:02d}",
                f"{day}.{month}.{year}",
                f"{day} March {year}",
            )
        )
    if kind == "TIME":
        return f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}"
    if kind == "SHOP":
        return random.choice(shops)
    if kind == "ORDER":
        return random.choice(
            (secrets.digits(random, 7), f"#{secrets.digits(random, 5)}", f"A-{secrets.digits(random, 6)}")
        )
    if kind == "PAIR":
        return random.choice(_PAIRS)
    if kind == "FLIGHT":
        return f"{secrets.letters(random, 2)}{random.randint(100, 9999)}"
    if kind == "VERSION":
        return f"{random.randint(1, 19)}.{random.randint(0, 20)}.{random.randint(0, 9)}"
    if kind == "RATE":
        return f"{random.uniform(0.5, 9):.{random.choice((2, 4))}f}"
    return str(random.randint(2, 60))
