"""Every row about cards, PINs, identity and the account: what is said agrees with the database, asked by SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
import pytest

from actions.bank.model.money import Money
from actions.card_checks import day
from actions.house import House
from actions.wording import word
from common import demo
from tests.dialogue import Talk, rules
from tests.integration.bank.bank_customers import MakeCustomer
from tests.sealed_rows import device

Sql = psycopg.Connection[Any]
CARDS = "SELECT last4 FROM cards WHERE customer_id = %(me)s AND status NOT IN ('cancelled', 'expired')"
PHYSICAL = f"{CARDS} AND kind = 'physical'"
POLICY = "SELECT value FROM policy_texts WHERE key = '{}' AND country IN ('GB', '--') ORDER BY country = '--' LIMIT 1"
CHECK = "SELECT {} FROM identity_checks WHERE customer_id = %(me)s"


@dataclass(frozen=True, slots=True)
class Row:
    """Asked by `who`, the reply holds every cell that `sql` finds; `none` is what a customer without data hears."""

    intent: str
    who: str
    sql: str
    none: str
    text: str = "tell me about it"


ROWS = [
    Row("card_arrival", "priya", "SELECT number, carrier, tracking_no, dispatched_at::date, eta_from, eta_to"
        " FROM card_orders WHERE customer_id = %(me)s", "utter_card_arrival_none"),
    Row("card_linking", "alex", f"{CARDS} AND NOT linked_to_app", "utter_card_checks_no_card"),
    Row("card_delivery_estimate", "alex", "SELECT number, eta_from, eta_to FROM card_orders"
        " WHERE customer_id = %(me)s AND status = 'dispatched'", "utter_card_delivery_estimate"),
    Row("card_not_working", "priya", "SELECT explanation FROM reason_codes WHERE code IN ('card_frozen', 'online_off')",
        "utter_card_checks_no_card"),
    Row("contactless_not_working", "alex", "SELECT counterparty, amount_minor, currency FROM transactions"
        " WHERE customer_id = %(me)s AND status = 'declined' AND entry_mode = 'contactless'",
        "utter_card_checks_no_card"),
    Row("getting_virtual_card", "alex", f"{CARDS} AND kind = 'virtual'",
        "utter_error_not_possible_identity_unverified"),
    Row("card_acceptance", "priya", "SELECT name FROM countries WHERE NOT card_use UNION ALL SELECT last4 FROM cards"
        " WHERE customer_id = %(me)s AND status = 'active' AND NOT (online_on AND abroad_on)", "utter_card_acceptance"),
    Row("get_physical_card", "alex", PHYSICAL, "utter_pin_no_card"),
    Row("visa_or_mastercard", "jonas", "SELECT last4, scheme FROM cards WHERE customer_id = %(me)s"
        " AND status <> 'cancelled'", "utter_visa_or_mastercard"),
    Row("disposable_card_limits", "alex", "SELECT count::text FROM limits WHERE code = 'disposable_cards'"
        " AND plan = 'plus'", "utter_disposable_card_limits_not_offered"),
    Row("getting_spare_card", "jonas", "SELECT count::text FROM limits WHERE code = 'physical_cards'"
        " AND plan = 'standard'", "utter_error_not_possible_identity_unverified"),
    Row("order_physical_card", "alex", "SELECT number, eta_to FROM card_orders WHERE customer_id = %(me)s"
        " AND status = 'dispatched'", "utter_error_not_possible_identity_unverified"),
    Row("virtual_card_not_working", "mei", "SELECT counterparty, amount_minor, currency FROM transactions"
        " WHERE customer_id = %(me)s AND status = 'declined' AND entry_mode = 'recurring'",
        "utter_card_checks_no_virtual"),
    Row("get_disposable_virtual_card", "alex", "SELECT amount_minor, currency FROM limits"
        " WHERE code = 'disposable_amount' AND plan = 'plus' AND currency = 'GBP'",
        "utter_error_not_possible_plan_without"),
    Row("activate_my_card", "alex", "SELECT last4, eta_from, eta_to FROM cards JOIN card_orders ON card_id = cards.id"
        " WHERE cards.customer_id = %(me)s AND cards.status = 'inactive'", "utter_card_checks_no_card"),
    Row("card_about_to_expire", "priya", "SELECT last4, number, eta_to, expires_on FROM cards JOIN card_orders"
        " ON card_id = cards.id WHERE cards.customer_id = %(me)s", "utter_card_checks_no_card"),
    Row("pin_blocked", "jonas", f"{PHYSICAL} AND pin_blocked_at IS NOT NULL", "utter_pin_no_card"),
    Row("why_verify_identity", "sam", CHECK.format("missing_step"), "utter_why_verify_identity"),
    Row("unable_to_verify_identity", "mei", CHECK.format("rejected_reason, attempts_left::text"),
        "utter_unable_to_verify_identity_none"),
    Row("verify_my_identity", "sam", CHECK.format("missing_step"), "utter_verify_my_identity"),
    Row("passcode_forgotten", "jonas", "SELECT id AS device FROM devices WHERE customer_id = %(me)s",
        "utter_passcode_no_device"),
    Row("lost_or_stolen_phone", "omar", "SELECT id AS device, last_seen FROM devices WHERE customer_id = %(me)s"
        " AND platform = 'ios'", "utter_lost_or_stolen_phone_none"),
    Row("verify_source_of_funds", "mei", "SELECT reason, effect, due_at FROM source_of_funds_requests"
        " WHERE customer_id = %(me)s", "utter_verify_source_of_funds_no_credit"),
    Row("change_pin", "alex", f"{PHYSICAL} UNION ALL ({POLICY.format('pin_change_channels')})", "utter_pin_no_card"),
    Row("age_limit", "jonas", "SELECT min_age::text, name FROM countries WHERE code = 'DE'", "utter_age_limit"),
    Row("edit_personal_details", "sam", "SELECT 'Okafor'", "utter_edit_personal_details"),
    Row("terminate_account", "alex", "SELECT count(*) || ' pending transactions' FROM transactions"
        " WHERE customer_id = %(me)s AND status = 'pending'", "utter_terminate_account"),
    Row("receiving_money", "jonas", "SELECT name FROM currencies WHERE receive", "utter_receiving_money"),
    Row("country_support", "alex", "SELECT name FROM countries WHERE residence_supported OR card_delivery",
        "utter_country_support_region"),
    Row("freeze_card", "jonas", PHYSICAL, "utter_error_card_not_available_no_active_card"),
    Row("card_swallowed", "jonas", PHYSICAL, "utter_error_card_not_available_no_active_card"),
    Row("lost_or_stolen_card", "jonas", PHYSICAL, "utter_error_card_not_available_no_active_card"),
    Row("compromised_card", "jonas", PHYSICAL, "utter_error_card_not_available_no_active_card"),
    Row("unfreeze_card", "priya", f"{CARDS} AND status = 'frozen'", "utter_card_checks_no_card"),
    Row("replace_card", "jonas", PHYSICAL, "utter_card_checks_no_card"),
    Row("set_card_limit", "alex", "SELECT amount_minor, currency FROM limits WHERE plan = 'plus' AND currency = 'GBP'"
        " AND period = 'largest' AND code IN ('atm', 'card_spend', 'card_online')", "utter_card_checks_no_card",
        "set the limit of card 4402"),
    Row("card_settings", "priya", CARDS, "utter_card_checks_no_card"),
    Row("show_card_details", "priya", f"{CARDS.replace('last4', 'last4, expires_on')}", "utter_show_card_details_none"),
    Row("account_details", "alex", "SELECT name, currency FROM accounts WHERE customer_id = %(me)s",
        "utter_accounts_details_uk"),
    Row("statement_request", "jonas", "SELECT name, to_char(date_trunc('month', now()) - interval '1 month',"
        " 'FMMonth YYYY') FROM accounts WHERE customer_id = %(me)s", "utter_statement_request"),
    Row("loan_enquiry", "priya", "SELECT product, outstanding_minor, currency, next_due FROM loans"
        " WHERE customer_id = %(me)s", "utter_loan_enquiry"),
    Row("loan_repayment", "priya", "SELECT product, instalment_minor, currency, next_due FROM loans"
        " WHERE customer_id = %(me)s", "utter_error_not_possible_no_loan"),
    Row("credit_card_application", "alex", "SELECT name, max_limit_minor, currency FROM credit_products"
        " WHERE country = 'GB'", "utter_error_not_possible_identity_unverified"),
]  # fmt: skip


def cells(found: Mapping[str, Any]) -> list[set[str]]:
    """For each value of a row, the ways in which a reply may put it."""
    wanted: list[set[str]] = []
    for name, value in found.items():
        if name.endswith("_minor"):
            wanted.append({Money(value, found["currency"]).format()})
        elif isinstance(value, datetime):
            wanted.append({word(value)})
        elif isinstance(value, date):
            wanted.append({word(value), day(value)})
        elif name != "currency":
            wanted.append({str(value)})
    return wanted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.intent)
async def test_a_customer_with_data_hears_what_the_database_holds(house: House, sql: Sql, row: Row) -> None:
    me = demo.CUSTOMERS[row.who]
    cursor = sql.cursor(row_factory=psycopg.rows.dict_row)
    expected = cursor.execute(row.sql, {"me": me}).fetchall()
    assert expected, "the demo bank no longer has what this row is about"
    talk = Talk(house.keyring, me, f"row-{row.intent}")
    said = "\n".join(reply.text for reply in await talk.say(row.text, row.intent))
    for found in expected:
        if "device" in found:
            found["device"] = device(sql, house.keyring, me, found["device"])
        for ways in cells(found):
            assert any(way in said for way in ways), (ways, said)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.intent)
async def test_a_customer_without_data_hears_that_there_is_none(
    house: House, sql: Sql, make_customer: MakeCustomer, row: Row
) -> None:
    me = await make_customer(verified=False)
    if row.intent in ("why_verify_identity", "unable_to_verify_identity", "verify_my_identity"):
        sql.execute("DELETE FROM identity_checks WHERE customer_id = %s", (me,))
    talk = Talk(house.keyring, me, f"none-{row.intent}")
    replies = await talk.say(row.text, row.intent)
    assert row.none in [reply.response for reply in replies]


def test_every_row_of_these_groups_is_here() -> None:
    answered = {
        "action_check_cards",
        "action_manage_cards",
        "action_secure_account",
        "action_serve_account",
        "action_show_card_order",
        "action_freeze_card",
        "action_freeze_lost_card",
        "action_freeze_swallowed_card",
    }
    others = {"why_verify_identity", "account_details", "receiving_money"}
    assert {row.intent for row in ROWS} == {i for i, action in rules().items() if action in answered} | others


@pytest.mark.parametrize(
    ("text", "country"),
    [("do you post cards to Germany?", "DE"), ("card delivery in the netherlands", "NL"), ("to the US please", "US")],
)
async def test_delivery_to_the_country_that_is_named(house: House, sql: Sql, text: str, country: str) -> None:
    found = sql.execute("SELECT min_days, max_days FROM delivery_times WHERE country = %s", (country,)).fetchall()
    said = "\n".join(reply.text for reply in await Talk(house.keyring, None).say(text, "card_delivery_estimate"))
    name = sql.execute("SELECT name FROM countries WHERE code = %s", (country,)).fetchone()
    assert name is not None
    assert name[0] in said
    assert all(f"{least} to {longest}" in said for least, longest in found)


@pytest.mark.parametrize("country", ["GB", "CH", "US", "IN", "RU", "BR"])
async def test_a_named_country_gets_three_separate_answers(house: House, sql: Sql, country: str) -> None:
    query = "SELECT name, residence_supported, card_delivery, card_use FROM countries WHERE code = %s"
    found = sql.execute(query, (country,)).fetchone()
    assert found is not None
    name, *can = found
    replies = await Talk(house.keyring, None).say(f"are you available in {name}?", "country_support")
    positive = ("utter_country_support_resident", "utter_country_support_card", "utter_country_support_use")
    assert [reply.response in positive for reply in replies] == can
    assert all(name in reply.text for reply in replies)


async def test_a_guest_names_the_country_after_being_asked(house: House) -> None:
    talk = Talk(house.keyring, None, "asked-for-a-country")
    await talk.say("which countries do you support", "country_support")
    assert all("France" in reply.text for reply in await talk.say("France", "inform"))


async def test_switching_off_is_done_at_once_and_switching_on_is_not(house: House, sql: Sql) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, "switches")
    channel = "SELECT contactless_on FROM cards WHERE customer_id = %s AND last4 = '7305'"
    await talk.say("switch contactless off on card 7305", "card_settings")
    assert sql.execute(channel, (mei,)).fetchone() == (False,)
    replies = [reply.response for reply in await talk.say("switch contactless on again on card 7305", "card_settings")]
    assert replies[-1] == "utter_summary_switch_channel"
    assert sql.execute(channel, (mei,)).fetchone() == (False,)


async def test_a_limit_is_lowered_at_once_and_raised_only_with_a_code(house: House, sql: Sql) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, "limits")
    stored = "SELECT amount_minor FROM card_limits JOIN cards ON id = card_id WHERE customer_id = %s AND code = 'atm'"
    await talk.say("set the cash limit of card 7305 to €200", "set_card_limit")
    assert sql.execute(stored, (mei,)).fetchone() == (20_000,)
    raised, refused = "utter_summary_set_card_limit", "utter_error_not_possible_above_largest"
    for amount, said in (("€400", raised), ("€90,000", refused)):
        replies = await talk.say(f"set the cash limit of card 7305 to {amount}", "set_card_limit")
        assert said in [reply.response for reply in replies]
    assert sql.execute(stored, (mei,)).fetchone() == (20_000,)


async def test_a_lost_phone_is_signed_out_with_its_sessions_and_wallets(house: House, sql: Sql) -> None:
    alex = demo.CUSTOMERS["alex"]
    talk = Talk(house.keyring, alex, "lost-phone")
    first = await talk.say("I lost my phone", "lost_or_stolen_phone")
    assert [button["title"] for button in first[0].buttons] == ["iPhone 14", "iPad"]
    await talk.say("I lost my iPhone 14", "inform")
    query = """
        SELECT devices.id, ended_at IS NOT NULL, wallet_tokens.status FROM devices
        JOIN app_sessions ON app_sessions.device_id = devices.id
        JOIN wallet_tokens ON wallet_tokens.device_id = devices.id WHERE customer_id = %s AND revoked_at IS NOT NULL
    """
    [(gone, *state)] = sql.execute(query, (alex,)).fetchall()
    assert (device(sql, house.keyring, alex, gone), *state) == ("iPhone 14", True, "removed")


async def test_a_statement_is_made_once(house: House, sql: Sql) -> None:
    mei = demo.CUSTOMERS["mei"]
    talk = Talk(house.keyring, mei, "statements")
    for response in ("utter_statement_request", "utter_statement_request_again"):
        replies = await talk.say("statement of my Savings account please", "statement_request")
        assert [reply.response for reply in replies] == [response]
    query = "SELECT count(*) FROM statements JOIN accounts ON accounts.id = account_id WHERE customer_id = %s"
    assert sql.execute(query, (mei,)).fetchone() == (1,)
