"""Every question about money, for somebody with data and somebody without: the reply holds what the database holds."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
import pytest_asyncio
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_precision
from psycopg.rows import dict_row

from actions.bank.bootstrap import open_bank
from actions.bank.errors import NotFound
from actions.bank.seed import seed
from actions.house import House
from common import demo, keys
from common.keys import Keyring
from common.settings import Settings
from tests.dialogue import Talk, names
from tests.integration.rows.money_rows import ROWS, Row
from tests.sealed_rows import lines

ZONE = ZoneInfo("Europe/London")
CHANGING = {"report_scam", "cash_withdrawal_not_recognised"}
"""Questions whose answer changes the bank at once: they are asked last."""
Sql = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="module")
def seeded(own_database: Settings) -> Settings:
    asyncio.run(seed(own_database))
    return own_database


@pytest_asyncio.fixture
async def house(seeded: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    opened = House(await open_bank(seeded, connections=2), keys.load(seeded))

    async def given() -> House:
        return opened

    monkeypatch.setattr("actions.caller.house", given)
    yield opened
    await opened.bank.close()


@pytest.fixture
def sql(seeded: Settings) -> Iterator[Sql]:
    with psycopg.connect(seeded.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def money(minor: int, currency: str) -> str:
    value = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(value, currency, locale="en_GB"))


def facts(sql: Sql, keyring: Keyring, query: str, customer: str) -> list[str]:
    """Every column of the query's rows in words: amounts, times and days as a British reader sees them.

    A `line` names the transaction whose sealed columns are opened.
    """
    texts = []
    for row in sql.execute(query, {"customer": customer}).fetchall():
        sealed = lines(sql, keyring, customer).get(row.pop("line", None), {})
        row |= {name: value for name, value in sealed.items() if name in row}
        for name, value in row.items():
            if value is None or name == "currency":
                continue
            if name.endswith("_minor"):
                texts.append(money(value, row["currency"]))
            elif isinstance(value, datetime):
                texts.append(str(format_datetime(value.astimezone(ZONE), "d MMMM 'at' HH:mm", locale="en_GB")))
            elif isinstance(value, date):
                texts.append(str(format_date(value, "EEEE d MMMM", locale="en_GB")))
            else:
                texts.append(str(value).replace("_", " and "))
    return texts


def ordered() -> list[Row]:
    return sorted(ROWS, key=lambda row: row.intent in CHANGING)


@pytest.mark.parametrize("row", ordered(), ids=lambda row: row.intent)
async def test_the_reply_holds_what_the_database_holds(house: House, sql: Sql, row: Row) -> None:
    customer = demo.CUSTOMERS[row.who]
    replies = await Talk(house.keyring, customer, f"with-{row.intent}").say(row.text, row.intent)
    said = "\n".join(reply.text for reply in replies)
    assert "utter_apology" not in names(replies)
    for query in row.facts:
        wanted = facts(sql, house.keyring, query, customer)
        assert wanted
        assert [text for text in wanted if text not in said] == []


@pytest.mark.parametrize("row", ordered(), ids=lambda row: row.intent)
async def test_without_data_the_reply_says_so(house: House, row: Row) -> None:
    replies = await Talk(house.keyring, demo.CUSTOMERS["sam"], f"without-{row.intent}").say(row.text, row.intent)
    assert row.none in names(replies)
    assert "utter_apology" not in names(replies)


async def test_a_transfer_is_stopped_only_after_a_plain_yes(house: House, sql: Sql) -> None:
    priya = demo.CUSTOMERS["priya"]
    sql.execute(
        "UPDATE bank.transactions SET cancellable_until = now() + interval '1 hour'"
        " WHERE customer_id = %s AND status = 'pending' AND kind = 'transfer'",
        (priya,),
    )
    before = (await house.bank.accounts.by_currency(priya, "GBP")).available
    talk = Talk(house.keyring, priya, "stopping")
    assert names(await talk.say("cancel my transfer", "cancel_transfer")) == ["utter_cancel_transfer_proposed"]
    assert (await house.bank.accounts.by_currency(priya, "GBP")).available == before
    assert names(await talk.say("yes", "affirm")) == ["utter_transfer_stopped"]
    account = await house.bank.accounts.by_currency(priya, "GBP")
    assert account.available == account.booked
    assert names(await talk.say("yes", "affirm")) == ["utter_affirm_nothing_pending"]


async def test_a_completed_transfer_is_recalled_once(house: House, sql: Sql) -> None:
    omar = demo.CUSTOMERS["omar"]
    for expected in ("utter_case_opened", "utter_case_open"):
        talk = Talk(house.keyring, omar, f"recall-{expected}")
        replies = await talk.say("cancel the transfer to Layla Haddad", "cancel_transfer")
        if expected == "utter_case_opened":
            replies = await talk.say("yes", "affirm")
        assert expected in names(replies)
    found = sql.execute("SELECT kind FROM bank.disputes WHERE customer_id = %s", (omar,)).fetchall()
    assert found == [{"kind": "transfer"}]


async def test_a_mandate_ends_and_its_debit_is_claimed_back_after_a_yes(house: House, sql: Sql) -> None:
    jonas = demo.CUSTOMERS["jonas"]
    talk = Talk(house.keyring, jonas, "mandate")
    await talk.say("what is this direct debit", "direct_debit_payment_not_recognised")
    replies = await talk.say("yes please", "affirm")
    case = sql.execute("SELECT case_no FROM bank.disputes WHERE customer_id = %s", (jonas,)).fetchone()
    mandate = sql.execute("SELECT status, cancelled_at FROM bank.mandates WHERE customer_id = %s", (jonas,)).fetchone()
    assert case
    assert mandate
    assert (mandate["status"], mandate["cancelled_at"] is None) == ("cancelled", False)
    assert names(replies) == ["utter_mandate_cancelled", "utter_case_opened", "utter_case_refund"]
    assert case["case_no"] in replies[1].text


async def test_missing_cash_is_claimed_as_the_difference(house: House, sql: Sql) -> None:
    priya = demo.CUSTOMERS["priya"]
    talk = Talk(house.keyring, priya, "cash")
    assert names(await talk.say("wrong cash", "wrong_amount_of_cash_received"))[-1] == "utter_ask_cash_received"
    assert names(await talk.say("250 euros", "inform")) == ["utter_ask_cash_received_again"]
    assert (await talk.say("160", "inform"))[-1].facts["missing"] == "€40.00"
    assert names(await talk.say("yes", "affirm"))[0] == "utter_case_opened"
    found = sql.execute(
        "SELECT claimed_minor, currency FROM bank.disputes WHERE customer_id = %s AND kind = 'atm'", (priya,)
    ).fetchall()
    assert found == [{"claimed_minor": 4000, "currency": "EUR"}]


async def test_a_no_leaves_everything_as_it_is(house: House, sql: Sql) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, "no")
    await talk.say("a refund from Centra please", "request_refund")
    assert names(await talk.say("no", "deny")) == ["utter_deny_offer"]
    assert names(await talk.say("yes", "affirm")) == ["utter_affirm_nothing_pending"]
    assert sql.execute("SELECT FROM bank.disputes WHERE customer_id = %s", (mei,)).fetchall() == []


async def test_nobody_opens_a_case_about_another_customers_payment(house: House, sql: Sql) -> None:
    found = sql.execute(
        "SELECT id FROM bank.transactions WHERE customer_id = %s AND status = 'completed'", (demo.CUSTOMERS["alex"],)
    ).fetchone()
    assert found
    with pytest.raises(NotFound):
        await house.bank.cases.open(demo.CUSTOMERS["mei"], "fraud", str(found["id"]))
    with pytest.raises(NotFound):
        await house.bank.cases.cancel_transfer(demo.CUSTOMERS["mei"], str(found["id"]))


async def test_an_old_proposal_is_not_carried_out(house: House, sql: Sql) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, "old")
    await talk.say("a refund from Centra please", "request_refund")
    for event in talk.events:
        if event["event"] == "slot" and event["name"] == "service_offer":
            event["value"] = {**event["value"], "at": "2020-01-01T00:00:00+00:00"}
    assert names(await talk.say("yes", "affirm")) == ["utter_proposal_stale"]
    assert sql.execute("SELECT FROM bank.disputes WHERE customer_id = %s", (mei,)).fetchall() == []


async def test_eight_requests_at_once_open_one_case(house: House, seeded: Settings, sql: Sql) -> None:
    mei = demo.CUSTOMERS["mei"]
    found = sql.execute(
        "SELECT id FROM bank.transactions WHERE customer_id = %s AND counterparty = 'Centra'", (mei,)
    ).fetchone()
    assert found
    bank = await open_bank(dataclasses.replace(seeded), connections=8)
    try:
        opened = await asyncio.gather(*(bank.cases.open(mei, "merchant_refund", str(found["id"])) for _ in range(8)))
    finally:
        await bank.close()
    assert len({case.number for case in opened}) == 1
    assert [case.already for case in opened].count(False) == 1
