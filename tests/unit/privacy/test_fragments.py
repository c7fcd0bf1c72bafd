"""Digits at the edge of a message, and answers to the question for a code."""

from __future__ import annotations

import pytest

from common.privacy.fragments import mask_code, mask_fragments


@pytest.mark.parametrize(
    "text",
    ["4111 1111", "it starts 4111 1111", "4111", "my card is 4111 1111 1111", "four one one one", "GB29 NWBK 6016"],
)
def test_hanging_digits_are_held_back(text: str) -> None:
    assert "<NUMBER>" in mask_fragments(text, after_fragment=False, amount_asked=False)


@pytest.mark.parametrize("text", ["1111 1111 ok?", "the rest is 1111 1111 thanks", "and 1111"])
def test_what_continues_hanging_digits_is_held_back_too(text: str) -> None:
    assert "1111" not in mask_fragments(text, after_fragment=True, amount_asked=False)


@pytest.mark.parametrize(
    "text",
    [
        "send 2500",
        "transfer 1000 to my savings",
        "in 2024",
        "order 123456",
        "£2500",
        "2500 pounds",
        "the last four digits are 4242",
        "card ending 4242",
        "on 12/11/2024",
        "at 14:30",
        "make it 30",
        "25",
    ],
)
def test_amounts_years_and_orders_survive(text: str) -> None:
    assert mask_fragments(text, after_fragment=False, amount_asked=False) == text


def test_a_bare_value_answers_the_question_for_an_amount() -> None:
    assert mask_fragments("1000", after_fragment=False, amount_asked=True) == "1000"
    assert mask_fragments("4111 1111 1111", after_fragment=False, amount_asked=True) == "<NUMBER>"


@pytest.mark.parametrize(
    "text",
    ["482913", "it is 482 913", "4 8 2 9 1 3", "４８２９１３", "four eight two nine one three", "48-29-13", "12/11/24"],
)
def test_no_code_is_left(text: str) -> None:
    masked = mask_code(text)
    assert "<CODE>" in masked
    assert not any(map(str.isdigit, masked))
    assert "eight" not in masked
