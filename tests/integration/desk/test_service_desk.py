"""What the bank does for a person's desk: the queue, complaints, and notices in the transaction of their event."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from actions.bank.bootstrap import utc_now
from actions.bank.jobs.bills import BillReminders
from actions.bank.model.money import Money
from actions.bank.repository import notices
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.use_cases.complaints import last_day
from actions.bank.worker import Worker
from actions.house import House
from common import demo, keys
from common.settings import Settings
from tests.dialogue import Talk, names

Sql = psycopg.Connection[Any]
ALEX = demo.CUSTOMERS["alex"]


def told(sql: Sql, customer_id: str, kind: str) -> list[dict[str, Any]]:
    found = sql.execute(
        "SELECT facts FROM notices WHERE customer_id = %s AND kind = %s ORDER BY id", (customer_id, kind)
    )
    return [row[0] for row in found]


async def test_danger_comes_before_complaints_and_complaints_before_the_rest(house: House, sql: Sql) -> None:
    asked = {
        reason: f"queue-{reason}-{uuid4().hex}" for reason in ("customer_request", "complaint", "scam", "distress")
    }
    for reason, session in asked.items():
        await house.bank.handoff.open(ALEX, session, reason, "")
    places = {reason: (await house.bank.handoff.active(session)).position for reason, session in asked.items()}
    assert sorted(places, key=lambda reason: places[reason]) == ["distress", "scam", "complaint", "customer_request"]
    waits = dict(sql.execute("SELECT reason, gives_up_at IS NULL FROM handoff_tickets").fetchall())
    assert (waits["distress"], waits["scam"], waits["complaint"]) == (True, True, False)


async def test_a_waiting_talk_becomes_more_urgent_and_never_less(house: House) -> None:
    session = f"urgent-{uuid4().hex}"
    first = await house.bank.handoff.open(ALEX, session, "customer_request", "")
    for reason, kept in [("scam", "scam"), ("complaint", "scam"), ("duress", "duress")]:
        ticket = await house.bank.handoff.open(ALEX, session, reason, "")
        assert (ticket.number, ticket.reason) == (first.number, kept)


@pytest.mark.parametrize(
    ("text", "days"), [("the transfer you lost is a disgrace", 15), ("your hotline is rude", None)]
)
@pytest.mark.parametrize("customer", [ALEX, None])
async def test_a_complaint_gets_a_reference_and_a_day(
    house: House, sql: Sql, text: str, days: int | None, customer: str | None
) -> None:
    talk = Talk(house.keyring, customer, f"complaint-{uuid4().hex}")
    first = await talk.say(text, "complaint")
    assert names(first)[0] == "utter_complaint_taken"
    number, final_by, words = sql.execute(
        "SELECT number, final_by, words FROM complaints WHERE session_id = %s", (talk.session_id,)
    ).fetchone()
    assert first[0].facts["number"] == number
    today = datetime.now(timezone.utc).date()
    assert abs(final_by - last_day(today, days or 56, working=days is not None)) <= timedelta(days=3)
    assert text.encode() not in bytes(words)
    again = await talk.say(text, "complaint")
    assert (names(again)[0], again[0].facts["number"]) == ("utter_complaint_known", number)
    reason = sql.execute("SELECT reason FROM handoff_tickets WHERE session_id = %s", (talk.session_id,)).fetchone()
    assert reason == ("complaint",)


@pytest.mark.parametrize(
    ("today", "days", "working", "last"),
    [
        (date(2026, 11, 20), 1, True, date(2026, 11, 23)),
        (date(2026, 11, 22), 15, True, date(2026, 12, 11)),
        (date(2026, 11, 20), 56, False, date(2027, 1, 15)),
    ],
)
def test_working_days_leave_out_the_weekend(today: date, days: int, working: bool, last: date) -> None:
    assert last_day(today, days, working=working) == last


async def test_a_notice_lives_and_dies_with_its_transaction(seeded: Settings, sql: Sql) -> None:
    pool = await open_bank_pool(seeded, 1)
    facts = {"amount": Money(1250, "GBP"), "counterparty": "Corner Shop", "at": datetime.now(timezone.utc)}

    async def event_that_fails() -> None:
        async with pool.connection() as connection:
            await notices.add(connection, ALEX, "refund_booked", facts, about="lost")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await event_that_fails()
    for _ in range(2):
        async with pool.connection() as connection:
            await notices.add(connection, ALEX, "refund_booked", facts, about="kept")
    await pool.close()
    kept = told(sql, ALEX, "refund_booked")
    assert [one["amount"] for one in kept] == [{"minor": 1250, "currency": "GBP"}]
    assert "counterparty" not in kept[0], "texts are sealed"


async def test_the_seeded_past_is_no_news(sql: Sql) -> None:
    assert sql.execute("SELECT count(*) FROM notices WHERE kind = 'payment_declined'").fetchone() == (0,)


async def test_a_dispatch_and_a_decline_leave_their_notices(sql: Sql) -> None:
    order = sql.execute("SELECT id, customer_id FROM card_orders LIMIT 1").fetchone()
    sql.execute("UPDATE card_orders SET status = 'ordered' WHERE id = %s", (order[0],))
    for _ in range(2):
        sql.execute("UPDATE card_orders SET status = 'dispatched', dispatched_at = now() WHERE id = %s", (order[0],))
    assert len(told(sql, str(order[1]), "card_dispatched")) == 1
    account, currency = sql.execute(
        "SELECT id, currency FROM accounts WHERE customer_id = %s LIMIT 1", (ALEX,)
    ).fetchone()
    sql.execute(
        "INSERT INTO transactions (id, customer_id, account_id, kind, status, direction, amount_minor, currency,"
        " counterparty, created_at) VALUES (%s, %s, %s, 'card_payment', 'declined', 'out', 4200, %s, 'Kiosk', now())",
        (uuid4(), ALEX, account, currency),
    )
    assert [one["counterparty"] for one in told(sql, ALEX, "payment_declined")] == ["Kiosk"]


async def test_a_bill_of_tomorrow_is_told_once(seeded: Settings, sql: Sql) -> None:
    mandate, customer_id = sql.execute(
        "SELECT id, customer_id FROM mandates WHERE status = 'active' LIMIT 1"
    ).fetchone()
    today = datetime.now(timezone.utc).date()
    sql.execute(
        "UPDATE mandates SET next_run = %s, last_amount_minor = 999 WHERE id = %s", (today + timedelta(days=1), mandate)
    )
    pool = await open_bank_pool(seeded, 1)
    reminders = BillReminders(pool, Sealer(keys.load(seeded)), utc_now)
    worker = Worker(pool, [reminders], utc_now)
    await worker.tick()
    assert await worker.tick() == 0
    await pool.close()
    assert [one["amount"]["minor"] for one in told(sql, str(customer_id), "bill_due")].count(999) == 1


async def test_a_frozen_card_suggests_unfreezing(house: House) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, f"frozen-{uuid4().hex}")
    last4 = next(card.last4 for card in await house.bank.cards.list(mei) if card.status in ("active", "frozen"))
    await talk.say(f"freeze the card ending {last4}", "freeze_card")
    await talk.say(f"freeze the card ending {last4}", "freeze_card")
    assert talk.suggested == ["unfreeze_card"]
