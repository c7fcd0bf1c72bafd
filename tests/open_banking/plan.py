"""What both banks of the contract hold for the same customer, so that the same questions have the same answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

OPENING = 100_000
PAYEES = {"Maya Fernandes": "GB NWBK60161341287705", "Mia Chen": "GB LOYD30963455019273"}
COLLECTOR, MANDATE, LAST_COLLECTED = "Octopus Energy", "OCT-5521908", 8_640
ORDER_TO, ORDER_AMOUNT, ORDER_SCHEDULE = "Mia Chen", 95_000, "every month"
NEXT_IN_DAYS = 9


@dataclass(frozen=True)
class Line:
    """One transaction, `hours` ago; pence."""

    hours: int
    kind: str
    direction: str
    status: str
    pence: int
    counterparty: str


def lines() -> list[Line]:
    """Sixteen of them, newest first: several pages of both banks."""
    made = [Line(6, "card_payment", "out", "pending", 640, "Shell Leeds")]
    made += [Line(6 + number, "card_payment", "out", "completed", 100 + number, f"Shop {number}")
             for number in range(1, 10)]  # fmt: skip
    made += [Line(60, "transfer", "in", "completed", 20_000, "Priya Raghunathan")]
    made += [Line(70, "atm", "out", "completed", 5_000, "Cash machine")]
    made += [Line(80, "transfer", "out", "declined", 120_000, "Mia Chen")]
    made += [Line(90 + number, "direct_debit", "out", "completed", 50, f"Club {number}") for number in range(3)]
    return made


def booked() -> int:
    """The balance that these lines leave, in pence."""
    return OPENING + sum(
        line.pence if line.direction == "in" else -line.pence for line in lines() if line.status == "completed"
    )


def at(now: datetime, line: Line) -> datetime:
    return now - timedelta(hours=line.hours)
