"""Which currency is given and which is wanted."""

from __future__ import annotations

import pytest

from actions.parsing.pairs import find_pair


@pytest.mark.parametrize(
    ("text", "given", "wanted"),
    [
        ("exchange £100 to euros", "GBP", "EUR"),
        ("100 pounds into dollars", "GBP", "USD"),
        ("change 50 euros to pounds", "EUR", "GBP"),
        ("buy dollars with my euros", "EUR", "USD"),
        ("buy $200 with pounds", "GBP", "USD"),
        ("sell my dollars for pounds", "USD", "GBP"),
        ("swap GBP for CHF", "GBP", "CHF"),
        ("EUR to USD", "EUR", "USD"),
        ("convert 1000 yen to pounds", "JPY", "GBP"),
        ("from euros into pounds", "EUR", "GBP"),
        ("I want euros", None, "EUR"),
        ("get some dollars", None, "USD"),
        ("exchange my pounds", "GBP", None),
        ("I want to exchange money", None, None),
        ("", None, None),
        ("change the amount to £40", "GBP", None),
        ("make it 40", None, None),
    ],
)
def test_the_pair_is_read_from_the_words(text: str, given: str | None, wanted: str | None) -> None:
    assert find_pair(text) == (given, wanted)
