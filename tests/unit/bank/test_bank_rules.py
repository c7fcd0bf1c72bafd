from __future__ import annotations

import contextlib
from datetime import date, datetime, time, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.bank import rules
from actions.bank.errors import InvalidAmount, InvalidIban, LimitExceeded, PayeeAmbiguous, PayeeUnknown
from actions.bank.model.money import MAX_MINOR, Money
from actions.bank.model.transfers import Payee
from actions.bank.rules import FeeRule, Usage


def payee(name: str) -> Payee:
    return Payee(name, name, "GB29NWBK60161331926819", "GB", "GBP", "active", "match", None)


ALL = [payee(name) for name in ("Maya Fernandes", "Mia Chen", "Max Weber", "Jonas Keller", "Maximilian Weber")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("maya", "Maya Fernandes"),
        ("MIA", "Mia Chen"),
        ("Max Weber", "Max Weber"),
        ("max", "Max Weber"),
        ("keller", "Jonas Keller"),
        ("jonas kéller", "Jonas Keller"),
        ("Jonnas", "Jonas Keller"),
        ("maximillian", "Maximilian Weber"),
        ("  maya   fernandez ", "Maya Fernandes"),
    ],
)
def test_a_name_finds_its_payee_in_any_case_with_accents_and_slips(text: str, name: str) -> None:
    assert rules.match_payee(text, ALL).name == name


def test_a_name_that_fits_two_payees_is_asked_back() -> None:
    with pytest.raises(PayeeAmbiguous) as refusal:
        rules.match_payee("weber", ALL)
    assert {p.name for p in refusal.value.facts["candidates"]} == {"Max Weber", "Maximilian Weber"}


@pytest.mark.parametrize("text", ["zebedee", "", "   ", "landlord", "💸"])
def test_a_strange_name_finds_nobody(text: str) -> None:
    with pytest.raises(PayeeUnknown):
        rules.match_payee(text, ALL)


@given(st.text(max_size=60))
def test_any_text_finds_one_of_the_payees_or_is_refused(text: str) -> None:
    with contextlib.suppress(PayeeUnknown, PayeeAmbiguous):
        assert rules.match_payee(text, ALL) in ALL


@pytest.mark.parametrize("amount", [0, -1, -(10**12)])
def test_only_positive_amounts_are_sent(amount: int) -> None:
    with pytest.raises(InvalidAmount):
        rules.check_amount(Money(amount, "GBP"))


def test_amounts_beyond_the_ledger_are_refused() -> None:
    rules.check_amount(Money(MAX_MINOR, "GBP"))
    with pytest.raises(InvalidAmount):
        rules.check_amount(Money(MAX_MINOR + 1, "GBP"))


@given(st.integers(1, 10**10), st.integers(0, 1000), st.integers(0, 500))
def test_a_fee_is_the_fixed_part_and_the_share_rounded_up(amount: int, fixed: int, basis_points: int) -> None:
    fee = rules.fee_for(FeeRule(fixed, basis_points), Money(amount, "GBP")).amount_minor
    assert 0 <= (fee - fixed) * 10_000 - amount * basis_points < 10_000


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_limit_lets_pass_exactly_what_is_left(amount: int, used: int, limit: int) -> None:
    usage = Usage("day", Money(limit, "GBP"), Money(used, "GBP"), None)
    if used + amount <= limit:
        rules.check_limits(Money(amount, "GBP"), [usage])
    else:
        with pytest.raises(LimitExceeded) as refusal:
            rules.check_limits(Money(amount, "GBP"), [usage])
        assert refusal.value.facts["left"] == Money(max(limit - used, 0), "GBP")


@pytest.mark.parametrize(
    ("currency", "country", "sepa", "internal", "route"),
    [
        ("GBP", "GB", True, False, "local"),
        ("EUR", "GB", True, False, "sepa"),
        ("EUR", "DE", True, False, "sepa"),
        ("GBP", "DE", True, False, "swift"),
        ("EUR", "US", False, False, "swift"),
        ("USD", "US", False, True, "internal"),
    ],
)
def test_the_route_follows_currency_and_country(
    currency: str, country: str, sepa: bool, internal: bool, route: str
) -> None:
    assert rules.route_for(currency, country, sepa_country=sepa, internal=internal) == route


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 20))
def test_money_arrives_on_a_working_day(start: date, days: int) -> None:
    arrival = rules.add_working_days(start, days)
    assert arrival.weekday() < 5
    assert (arrival - start).days >= days


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc), date(2026, 11, 23)),
        (datetime(2026, 11, 20, 16, 0, tzinfo=timezone.utc), date(2026, 11, 24)),
        (datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc), date(2026, 11, 24)),
        (datetime(2026, 11, 18, 12, 0, tzinfo=timezone.utc), date(2026, 11, 19)),
    ],
)
def test_arrival_counts_working_days_from_the_cut_off(sent: datetime, arrives: date) -> None:
    assert rules.arrival_date(sent, "Europe/London", 1, time(15, 0)) == arrives


def test_the_day_of_a_limit_begins_at_the_customers_midnight() -> None:
    now = datetime(2026, 7, 31, 23, 30, tzinfo=timezone.utc)
    assert rules.period_starts(now, "Europe/Berlin")["day"].isoformat() == "2026-08-01T00:00:00+02:00"
    assert rules.period_starts(now, "Europe/Berlin")["month"].day == 1
    assert rules.period_ends(now, "Europe/London")["month"].isoformat() == "2026-09-01T00:00:00+01:00"


@pytest.mark.parametrize(
    "text",
    ["GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819", "GB29-NWBK-6016-1331-9268-19", "GB29 NWBK60161331926819"],
)
def test_an_iban_is_read_however_it_is_written(text: str) -> None:
    assert rules.compact_iban(text) == "GB29NWBK60161331926819"


@pytest.mark.parametrize("text", ["GB28 NWBK 6016 1331 9268 19", "GB29", "", "hello", "XX29NWBK60161331926819"])
def test_an_iban_with_a_slip_is_refused(text: str) -> None:
    with pytest.raises(InvalidIban):
        rules.compact_iban(text)


@pytest.mark.parametrize(
    ("given", "held", "check"),
    [
        ("jonas keller", "Jonas Keller", "match"),
        ("Keller Jonas", "Jonas Keller", "match"),
        ("Jon Keller", "Jonas Keller", "close_match"),
        ("Acme Ltd", "Jonas Keller", "no_match"),
    ],
)
def test_the_name_check_compares_with_the_holder(given: str, held: str, check: str) -> None:
    assert rules.compare_names(given, held) == check
