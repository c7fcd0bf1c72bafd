"""The bank's notices: told once, in order, in the customer's language, whoever asks first and whatever dies between."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest

from actions.bank.model.money import Money
from actions.bank.repository import notices
from actions.bank.repository.unit import open_bank_pool
from common.demo import CUSTOMERS
from tests.integration.doors.bank_rows import customer, notice, run

AMOUNT = {"minor": 123450, "currency": "GBP"}
REFUND = {"amount": AMOUNT, "counterparty": "Corner Shop", "at": {"at": "2026-11-20T10:30:00+00:00"}}


@pytest.fixture(autouse=True)
def known(settings):
    for login in ("alex", "sam"):
        customer(settings, CUSTOMERS[login])
    run(settings, "DELETE FROM bank.notices")


async def opened(house, login="alex"):
    headers = await house.bearer(login)
    return headers, (await house.chat(headers, "hello")).json()["session_id"]


async def polled(house, headers, session_id):
    answer = await house.client.get(f"/api/v2/sessions/{session_id}/events", headers=headers)
    return [one["text"] for one in answer.json()["events"] if "Corner Shop" in one["text"]]


async def test_a_notice_comes_before_the_answer_of_the_next_turn_and_once(house, settings):
    headers, session_id = await opened(house)
    notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    answer = (await house.chat(headers, "what is new?", session_id=session_id)).json()
    first, last = answer["responses"]
    assert "£1,234.50" in first["text"]
    assert "20 November" in first["text"]
    assert last == {"text": "heard what is new?"}
    again = (await house.chat(headers, "and now?", session_id=session_id)).json()
    assert again["responses"] == [{"text": "heard and now?"}]
    assert len(await polled(house, headers, session_id)) == 1


async def test_the_first_turn_of_a_conversation_brings_what_waits(house, settings):
    notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    answer = (await house.chat(await house.bearer(), "hello")).json()
    assert ["Corner Shop" in one["text"] for one in answer["responses"]] == [True, False]


async def test_two_polls_at_once_tell_it_once(house, settings):
    headers, session_id = await opened(house)
    _, other = await opened(house)
    notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    await asyncio.gather(*(polled(house, headers, one) for one in (session_id, other) * 4))
    assert len([*await polled(house, headers, session_id), *await polled(house, headers, other)]) == 1


async def test_nobody_hears_anothers_notice(house, settings):
    headers, session_id = await opened(house, "sam")
    notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    assert await polled(house, headers, session_id) == []
    guest = {"Authorization": f"Bearer {(await house.grant(grant_type='urn:teller:guest')).json()['access_token']}"}
    assert len((await house.chat(guest, "hello")).json()["responses"]) == 1


@pytest.mark.parametrize("said", [True, False])
async def test_a_claim_whose_server_died_is_taken_up_and_nothing_said_twice(house, settings, said):
    headers, session_id = await opened(house)
    number = notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    if said:
        assert len(await polled(house, headers, session_id)) == 1
    run(
        settings,
        "UPDATE bank.notices SET delivered_at = NULL, claimed_by = %s, claimed_at = now() - interval '2 minutes'"
        " WHERE id = %s",
        session_id,
        number,
    )
    assert len(await polled(house, headers, session_id)) == 1
    assert run(settings, "SELECT delivered_at IS NOT NULL FROM bank.notices WHERE id = %s", number) == [(True,)]


@pytest.mark.parametrize("broken", [False, True])
async def test_the_texts_of_a_notice_are_opened_when_it_is_told_and_one_that_cannot_be_stops_nothing(
    house, settings, broken
):
    headers, session_id = await opened(house)
    pool = await open_bank_pool(settings, 1)
    facts = {"amount": Money(1250, "GBP"), "counterparty": "Corner Shop", "at": datetime.now(timezone.utc)}
    async with pool.connection() as connection:
        await notices.add(connection, CUSTOMERS["alex"], "transfer_returned", facts, about=f"{session_id}")
    await pool.close()
    if broken:
        run(settings, "UPDATE bank.notices SET sealed_as = 'another place'")
    notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    answer = (await house.chat(headers, "what is new?", session_id=session_id)).json()
    told = [one["text"] for one in answer["responses"] if "Corner Shop" in one["text"]]
    assert ["£12.50" in text for text in told] == ([False] if broken else [True, False])
    assert run(settings, "SELECT count(*) FROM bank.notices WHERE delivered_at IS NULL") == [(0,)]
    assert run(settings, "SELECT count(*) FROM bank.notices WHERE kind = 'transfer_returned' AND facts ? 'counterparty'"
               ) == [(0,)]  # fmt: skip


async def test_old_news_is_not_told(house, settings):
    headers, session_id = await opened(house)
    number = notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    run(settings, "UPDATE bank.notices SET expires_at = now() - interval '1 second' WHERE id = %s", number)
    assert await polled(house, headers, session_id) == []


async def test_a_notice_speaks_the_customers_language(house, settings):
    customer(settings, CUSTOMERS["alex"], "de")
    headers, session_id = await opened(house)
    notice(settings, CUSTOMERS["alex"], "refund_booked", REFUND)
    told = await polled(house, headers, session_id)
    assert "1.234,50\N{NO-BREAK SPACE}£" in told[0]
    assert "20. November um" in told[0]
