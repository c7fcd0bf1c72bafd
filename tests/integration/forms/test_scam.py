"""A scam: a person at once, and only the payment that the customer names is stopped."""

from __future__ import annotations

from typing import Any

import psycopg

from actions.house import House
from common import demo
from tests.dialogue import Talk, names

Sql = psycopg.Connection[Any]
PENDING = "SELECT count(*) FROM transactions WHERE customer_id = %s AND kind = 'transfer' AND status = 'pending'"
CASES = "SELECT count(*) FROM disputes WHERE customer_id = %s AND kind = 'fraud'"
TICKETS = "SELECT count(*), max(reason) FROM handoff_tickets WHERE session_id = %s"


async def test_nothing_is_stopped_before_the_payment_is_named(house: House, sql: Sql) -> None:
    alex = demo.CUSTOMERS["alex"]
    talk = Talk(house.keyring, alex, "scam-in-two-turns")
    before = sql.execute(PENDING, (alex,)).fetchone()
    replies = await talk.say("I think I was tricked by someone", "report_scam")
    assert names(replies)[-1] == "utter_report_scam_which"
    assert sql.execute(PENDING, (alex,)).fetchone() == before
    assert sql.execute(CASES, (alex,)).fetchone() == (0,)
    assert sql.execute(TICKETS, ("scam-in-two-turns",)).fetchone() == (1, "scam")
    choice = next(button["payload"] for button in replies[-1].buttons if "Maya" in button["title"])
    replies = await talk.say(choice, "report_scam")
    assert "utter_transfer_stopped" in names(replies)
    assert before is not None
    assert sql.execute(PENDING, (alex,)).fetchone() == (before[0] - 1,)
    assert sql.execute(CASES, (alex,)).fetchone() == (1,)
    assert sql.execute(TICKETS, ("scam-in-two-turns",)).fetchone() == (1, "scam")
