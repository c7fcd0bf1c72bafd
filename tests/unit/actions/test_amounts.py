"""Amounts as people type them, and what must never be taken for one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from actions.parsing.amounts import (
    Amount,
    AmountProblem,
    find_amount,
    find_amounts,
    find_currencies,
    find_currency,
    is_bare_amount,
)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("25", "25", None),
        ("twenty five quid", "25", "GBP"),
        ("£1,250.50", "1250.50", "GBP"),
        ("1.250,50 €", "1250.50", "EUR"),
        ("1 250,50 €", "1250.50", "EUR"),
        ("1'250.50 francs", "1250.50", "CHF"),
        ("25k", "25000", None),
        ("two grand to Jo", "2000", None),
        ("２５", "25", None),
        ("٢٥ euros", "25", "EUR"),
        ("2\u200b5 euros", "25", "EUR"),
        ("50p", "0.50", "GBP"),
        ("fifty pounds and thirty pence", "50.30", "GBP"),
        ("a fiver", "5", "GBP"),
        ("two fivers", "10", "GBP"),
        ("send Maya 3 tenners", "30", "GBP"),
        ("£5 and 50p", "5.50", "GBP"),
        ("£5 5p", "5.05", "GBP"),
        ("a hundred", "100", None),
        ("a hundred and twenty pounds", "120", "GBP"),
        ("25 to Maya in 3 days", "25", None),
        ("one pound", "1", "GBP"),
        ("three", "3", None),
        ("GBP25", "25", "GBP"),
        ("25pounds", "25", "GBP"),
        ("1,250", "1250", None),
        ("12,5", "12.5", None),
        ("1.250.000", "1250000", None),
        ("actually make it 30", "30", None),
        ("£25 for 2 people", "25", "GBP"),
        ("25 euro to Maya on 12/03/2026", "25", "EUR"),
        ("pay Jonas 40 eur on 3 May", "40", "EUR"),
        ("wire 1,200 to DE89370400440532013000", "1200", None),
        ("send 25 to GB29 NWBK 6016 1331 9268 19", "25", None),
        ("send £25 from the card ending 4402", "25", "GBP"),
        ("send 25, yes 25, to Mia", "25", None),
        ("10 pounds 50", "10.50", "GBP"),
        ("£10 50", "10.50", "GBP"),
        ("one pound fifty", "1.50", "GBP"),
        ("half a grand", "500", None),
        ("half a million", "500000", None),
        ("ten k", "10000", None),
        ("25 K", "25000", None),
        ("25 thousand euros", "25000", "EUR"),
        ("1 million", "1000000", None),
        ("a quid", "1", "GBP"),
        ("٢٥٫٥٠", "25.50", None),
        ("send 25 and not a penny more for the other two", "25", None),
        ("1 penny", "0.01", "GBP"),
        ("2.5k", "2500", None),
        ("1 250,50", "1250.50", None),
        ("1\u00a0250,50 €", "1250.50", "EUR"),
        ("１，２５０．５０", "1250.50", None),
        ("£１２", "12", "GBP"),
        ("a grand", "1000", None),
        ("half a million yen", "500000", "JPY"),
        ("three hundred and fifty euros", "350", "EUR"),
        ("TWENTY-FIVE POUNDS", "25", "GBP"),
    ],
)
def test_amounts_are_read(text: str, value: str, currency: str | None) -> None:
    assert find_amount(text) == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nan", "not_a_number"),
        ("infinity pounds", "not_a_number"),
        ("1e9", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("-5", "negative"),
        ("−5 pounds", "negative"),
        ("£-5", "negative"),
        ("minus twenty", "negative"),
        ("0", "zero"),
        ("0.00", "zero"),
        ("12.345", "too_precise"),
        ("£1.250", "too_precise"),
        ("0.001", "too_precise"),
        ("9" * 30, "too_large"),
        ("£9,999,999,999,999", "too_large"),
        ("25 quid or 30 quid", "several"),
        ("25-30", "several"),
        ("I have 100 but send 20", "several"),
        ("25 BTC", "not_a_number"),
        ("25 bitcoin", "not_a_number"),
        ("25 percent of it", "not_a_number"),
        ("25_000", "not_a_number"),
        ("inf", "not_a_number"),
        ("-inf", "not_a_number"),
        ("1e5", "not_a_number"),
        ("0x10", "not_a_number"),
        ("½ pound", "not_a_number"),
        ("a quarter of a million", "not_a_number"),
        ("a couple of hundred quid", "not_a_number"),
        ("a few quid", "not_a_number"),
        ("1.234,567 €", "too_precise"),
        ("one fifty", "several"),
    ],
)
def test_amounts_that_cannot_be_used_say_why(text: str, code: str) -> None:
    with pytest.raises(AmountProblem) as problem:
        find_amount(text)
    assert problem.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "the one ending 4402",
        "on 3 May",
        "the 17th of August",
        "DE44 5001 0517 5407 3249 31",
        "sort code 20-45-77 account 31208846",
        "pay to 42-83-57 35426672",
        "42-83-57, 35426672",
        "my card is 4111 1111 1111 1111",
        "5% less",
        "no one",
        "",
    ],
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert find_amount(text) is None


@pytest.mark.parametrize("text", ["25", "about forty quid please", "make it 30", "£12.50!", "nan", "-5", "to 80"])
def test_bare_amounts(text: str) -> None:
    assert is_bare_amount(text)


@pytest.mark.parametrize("text", ["is there a payment over 50 pounds", "Maya", "25 to Mia", "why was I charged 3.50"])
def test_amounts_inside_a_question_are_not_bare(text: str) -> None:
    assert not is_bare_amount(text)


@pytest.mark.parametrize(
    ("text", "currencies"),
    [
        ("What is my GBP account balance?", ["GBP"]),
        ("how much is in my euro account", ["EUR"]),
        ("100 pounds in dollars", ["GBP", "USD"]),
        ("transfer all my money", []),
        ("I try to top up", []),
        ("£ to €", ["GBP", "EUR"]),
    ],
)
def test_currencies_are_found_by_name_sign_and_code(text: str, currencies: list[str]) -> None:
    assert find_currencies(text) == currencies
    assert find_currency(text) == (currencies[0] if len(currencies) == 1 else None)


def test_ranges_keep_every_amount() -> None:
    assert [amount.value for amount in find_amounts("between £10 and 20 pounds")] == [Decimal(10), Decimal(20)]


@given(some.integers(min_value=1, max_value=10**11))
def test_every_amount_survives_british_and_continental_writing(minor: int) -> None:
    value = Decimal(minor).scaleb(-2)
    british = f"{value:,.2f}"
    continental = british.translate(str.maketrans(",.", ".,"))
    assert find_amount(f"£{british}") == Amount(value, "GBP")
    assert find_amount(f"{continental} €") == Amount(value, "EUR")


@given(some.text(max_size=80))
def test_no_text_breaks_the_parser_or_yields_an_unusable_amount(text: str) -> None:
    try:
        amount = find_amount(text)
    except AmountProblem:
        return
    assert amount is None or (amount.value > 0 and amount.minor("GBP") > 0)


def test_yen_have_no_decimals() -> None:
    assert Amount(Decimal("500"), "JPY").minor("JPY") == 500
    with pytest.raises(AmountProblem):
        Amount(Decimal("5.50"), "JPY").minor("JPY")
