from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.bank.model.money import Money
from actions.bank.open_banking.amounts import money_from, money_to


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("12.50", Money(1_250, "GBP")),
        ("12.5", Money(1_250, "GBP")),
        ("12.50000", Money(1_250, "GBP")),
        ("0.01", Money(1, "GBP")),
        ("0", Money(0, "GBP")),
        ("9999999999999.99", Money(999_999_999_999_999, "GBP")),
        ("1500", Money(1_500, "JPY")),
        ("1500.00", Money(1_500, "JPY")),
        ("1.234", Money(1_234, "KWD")),
        ("1.2", Money(1_200, "KWD")),
        ("0.29", Money(29, "GBP")),
    ],
)
def test_amounts_are_read_to_the_minor_unit(text: str, money: Money) -> None:
    assert money_from({"Amount": text, "Currency": money.currency}) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("12.505", "GBP"),
        ("0.5", "JPY"),
        ("1.2345", "KWD"),
        ("-1.00", "GBP"),
        ("+1.00", "GBP"),
        ("1,00", "GBP"),
        (".50", "GBP"),
        ("1.", "GBP"),
        ("1e3", "GBP"),
        ("NaN", "GBP"),
        ("Infinity", "GBP"),
        ("１２", "GBP"),
        ("٣", "GBP"),
        ("12345678901234", "GBP"),
        ("9999999999999.999", "KWD"),
        ("", "GBP"),
        (" 1", "GBP"),
        ("1\n", "GBP"),
        (12, "GBP"),
        (12.5, "GBP"),
        (None, "GBP"),
        ("1", "gbp"),
        ("1", "GB"),
        ("1", "ZZZ"),
        ("1", None),
    ],
)
def test_what_is_no_exact_amount_is_refused(amount: object, currency: object) -> None:
    with pytest.raises(ValueError, match=r"Amount|Currency"):
        money_from({"Amount": amount, "Currency": currency})


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1_250, "GBP"), "12.50"),
        (Money(1, "GBP"), "0.01"),
        (Money(100_000, "GBP"), "1000.00"),
        (Money(1_500, "JPY"), "1500"),
        (Money(1_234, "KWD"), "1.234"),
        (Money(5, "KWD"), "0.005"),
    ],
)
def test_amounts_are_written_with_the_decimals_of_their_currency(money: Money, text: str) -> None:
    assert money_to(money) == {"Amount": text, "Currency": money.currency}


@given(st.integers(0, 10**13 - 1), st.sampled_from(["GBP", "EUR", "JPY", "KWD", "CLF"]))
def test_what_is_written_is_read_back_the_same(minor: int, currency: str) -> None:
    assert money_from(money_to(Money(minor, currency))) == Money(minor, currency)


@pytest.mark.parametrize("money", [Money(-1, "GBP"), Money(10**14, "JPY")])
def test_an_amount_that_the_format_cannot_hold_is_refused(money: Money) -> None:
    with pytest.raises(ValueError, match=r"amount|Amount"):
        money_to(money)
