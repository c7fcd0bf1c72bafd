"""An exchange: its quote holds as long as the policy says and is never booked later; every currency has its fee."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from actions.house import House
from tests.dialogue import Talk, names
from tests.integration.bank.bank_customers import MakeCustomer, new_bban
from tests.integration.forms.conftest import CodeOf

Sql = psycopg.Connection[Any]
SUMMARY, ASK_CODE = "utter_summary_exchange", "utter_ask_operation_code"
HOLD = "policy_texts WHERE key = 'quote_hold_seconds'"
EXCHANGE = ("exchange £100 to euros", "exchange_via_app")
BOOKED = "SELECT count(*) FROM transactions WHERE customer_id = %s AND kind = 'exchange'"


@pytest.fixture
def holds(sql: Sql) -> Iterator[int]:
    """A quote that holds for one second."""
    [before] = sql.execute(f"SELECT value FROM {HOLD}").fetchone() or ("",)
    sql.execute("UPDATE policy_texts SET value = '1' WHERE key = 'quote_hold_seconds'")
    yield 1
    sql.execute("UPDATE policy_texts SET value = %s WHERE key = 'quote_hold_seconds'", (before,))


async def test_the_quote_holds_as_long_as_the_policy_says(house: House, sql: Sql, make_customer: MakeCustomer) -> None:
    me = await make_customer(True)
    summary = (await Talk(house.keyring, me, "holds").say(*EXCHANGE))[-1]
    [seconds] = sql.execute(f"SELECT value FROM {HOLD}").fetchone() or ("",)
    held = "SELECT extract(epoch FROM expires_at - created_at)::int FROM payment_intents WHERE customer_id = %s"
    assert sql.execute(held, (me,)).fetchone() == (int(seconds),)
    assert f"{seconds} seconds" in summary.text


@pytest.mark.usefixtures("holds")
async def test_an_expired_quote_is_quoted_anew_and_not_booked(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf
) -> None:
    me = await make_customer(True)
    talk = Talk(house.keyring, me, "expires")
    await talk.say(*EXCHANGE)
    await asyncio.sleep(1.1)
    assert names(await talk.say("yes", "affirm")) == ["utter_form_confirmation_stale", SUMMARY]
    assert names(await talk.say("yes", "affirm")) == [ASK_CODE]
    code = await code_of(me)
    await asyncio.sleep(1.1)
    assert names(await talk.say(code)) == ["utter_form_confirmation_stale", SUMMARY]
    assert sql.execute(BOOKED, (me,)).fetchone() == (0,)


@pytest.mark.parametrize(("plan", "fee"), [("standard", "CHF0.50"), ("premium", "free")])
async def test_a_currency_without_a_fee_of_its_own_has_the_plans_general_one(
    house: House, sql: Sql, make_customer: MakeCustomer, code_of: CodeOf, plan: str, fee: str
) -> None:
    accounts = {
        "Main": {"currency": "GBP", "bban": new_bban(), "opening": 1000, "opened": "-100d"},
        "Francs": {"currency": "CHF", "bban": new_bban(), "opening": 50_000, "opened": "-50d"},
    }
    me = await make_customer(True, customer={"plan": plan}, accounts=accounts)
    talk = Talk(house.keyring, me, f"francs-{plan}")
    summary = (await talk.say("exchange 100 francs to pounds", "exchange_via_app"))[-1]
    assert (summary.response, summary.facts["fee"]) == (SUMMARY, fee)
    await talk.say("yes", "affirm")
    assert names(await talk.say(await code_of(me))) == ["utter_done_exchange"]
    found = sql.execute(
        "SELECT fee_minor FROM transactions WHERE customer_id = %s AND kind = 'exchange' AND direction = 'out'", (me,)
    ).fetchone()
    assert found == (50 if plan == "standard" else 0,)
