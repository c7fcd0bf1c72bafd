from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.bank.model.money import Money
from actions.bank.model.policies import Rate

minor = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(125_050, "GBP"), "£1,250.50"),
        (Money(4_000, "EUR"), "€40.00"),
        (Money(-300, "GBP"), "-£3.00"),
        (Money(0, "GBP"), "£0.00"),
        (Money(1_500, "JPY"), "JP¥1,500"),
        (Money(123_456_789_012, "EUR"), "€1,234,567,890.12"),
    ],
)
def test_money_is_written_with_sign_and_minor_units_of_its_currency(money: Money, text: str) -> None:
    assert money.format() == text


@given(minor, minor)
def test_sums_are_exact_and_undone_by_subtraction(a: int, b: int) -> None:
    left, right = Money(a, "GBP"), Money(b, "GBP")
    assert (left + right) - right == left
    assert (left + right).amount_minor == a + b
    assert (left < right) == (a < b)
    assert left.decimal * 100 == a


@pytest.mark.parametrize("amount", [1.5, Decimal(1), True, "1", None])
def test_only_whole_minor_units_make_money(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "GBP")  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("currency", ["gbp", "£", "POUND", "", "GÉP"])
def test_currency_must_look_like_an_iso_code(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO"):
        Money(1, currency)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        Money(1, "GBP") + Money(1, "EUR")
    with pytest.raises(ValueError, match="do not mix"):
        assert Money(1, "GBP") < Money(1, "EUR")


@given(st.integers(0, 10**10), st.decimals("0.0001", "500", places=6))
def test_conversion_never_gives_more_than_the_rate(amount: int, customer_rate: Decimal) -> None:
    rate = Rate("GBP/EUR", customer_rate, customer_rate, Decimal(0), datetime.now(timezone.utc))
    converted = rate.convert(Money(amount, "GBP"))
    assert converted.currency == "EUR"
    assert 0 <= Decimal(amount) * customer_rate - converted.amount_minor < 1


def test_conversion_knows_currencies_without_minor_units() -> None:
    rate = Rate("GBP/JPY", Decimal("187.5"), Decimal("187.5"), Decimal(0), datetime.now(timezone.utc))
    assert rate.convert(Money(1_000, "GBP")) == Money(1_875, "JPY")
