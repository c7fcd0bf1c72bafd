"""Names, plain answers, dates and identifiers in what people type."""

from __future__ import annotations

from datetime import date

import pytest

from actions.parsing.answers import is_no, is_stop, is_yes, wants_new_code
from actions.parsing.dates import Period, find_period
from actions.parsing.numbers_in_ids import IbanProblem, find_card_ending, find_code, find_iban
from actions.parsing.people import find_person, only_name
from actions.transaction_filters import merchant_in

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("send 25 quid to Maya", "Maya"),
        ("send Maya 25 quid", "Maya"),
        ("pay Jonas 40 eur for dinner", "Jonas"),
        ("send 25 to my sister Jo", "Jo"),
        ("no, to Mia not Max", "Mia"),
        ("change the payee to Mia", "Mia"),
        ("the payee should be Mia Chen", "Mia Chen"),
        ("can you send twenty five quid to maya fernandes please", "maya fernandes"),
        ("I'd like to pay my landlord Max Weber 500 pounds from my euro account", "Max Weber"),
        ("i meant Mia", "Mia"),
        ("pay Max 5 euros", "Max"),
        ("pay Bob 5", "Bob"),
        ("send Maya £30 for 2 pizzas", "Maya"),
        ("send Maya £20 next friday", "Maya"),
        ("send maya all my money", "maya"),
        ("send Maya NaN pounds", "Maya"),
        ("change the payee", None),
        ("i want to send money", None),
        ("send money to someone", None),
        ("wire 1,200 to GB29 NWBK 6016 1331 9268 19", None),
    ],
)
def test_the_payee_of_a_sentence(text: str, name: str | None) -> None:
    assert find_person(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maya", "Maya"),
        ("it's my sister Jo please", "Jo"),
        ("not Max, Mia", "Mia"),
        ("25 euros", None),
        ("the other one", None),
    ],
)
def test_a_short_answer_without_its_padding(text: str, name: str | None) -> None:
    assert only_name(text) == name


@pytest.mark.parametrize("text", ["yes", "Yes please!", "yep go on", "go ahead, send it!", "ok", "👍", "sure mate"])
def test_pure_yes(text: str) -> None:
    assert is_yes(text)
    assert not is_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes, but make it 40",
        "ok?",
        "is it correct",
        "yes to Mia",
        "right",
        "thanks",
        "no, yes",
        "yes 25",
        "yes if free",
        "",
    ],
)
def test_not_a_pure_yes(text: str) -> None:
    assert not is_yes(text)


@pytest.mark.parametrize("text", ["no", "Nope.", "no thanks", "do not"])
def test_pure_no(text: str) -> None:
    assert is_no(text)
    assert not is_yes(text)


def test_stopping_and_asking_for_a_new_code() -> None:
    assert all(map(is_stop, ["cancel", "cancel please", "Never mind", "forget it thanks"]))
    assert not is_stop("stop my card")
    assert all(map(wants_new_code, ["didn't get the code", "send it again", "new code please", "i never got it"]))
    assert not wants_new_code("what is my balance")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("yesterday", (2026, 11, 21), (2026, 11, 21)),
        ("last week", (2026, 11, 9), (2026, 11, 15)),
        ("payments at Tesco last month", (2026, 10, 1), (2026, 10, 31)),
        ("in March", (2026, 3, 1), (2026, 3, 31)),
        ("what did i spend in december", (2025, 12, 1), (2025, 12, 31)),
        ("since Monday", (2026, 11, 16), (2026, 11, 22)),
        ("between 1 May and 5 May", (2026, 5, 1), (2026, 5, 5)),
        ("on the 17th of August", (2026, 8, 17), (2026, 8, 17)),
        ("last 3 weeks", (2026, 11, 1), (2026, 11, 22)),
        ("3/11", (2026, 11, 3), (2026, 11, 3)),
        ("2026-11-02", (2026, 11, 2), (2026, 11, 2)),
    ],
)
def test_periods(text: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert find_period(text, TODAY) == Period(date(*first), date(*last))


def test_no_period_where_none_is_named() -> None:
    assert find_period("may i see my payments", TODAY) is None
    assert find_period("show my transactions", TODAY) is None


@pytest.mark.parametrize(
    "text",
    ["GB29 NWBK 6016 1331 9268 19", "send 25 to gb29.nwbk.6016.1331.9268.19 thanks", "GB29NWBK60161331926819 please"],
)
def test_ibans_are_found_however_they_are_written(text: str) -> None:
    assert find_iban(text) == "GB29NWBK60161331926819"


def test_a_wrong_iban_is_a_problem_and_other_text_is_none() -> None:
    with pytest.raises(IbanProblem):
        find_iban("GB29 NWBK 6016 1331 9268 18")
    assert find_iban("send 25 to Maya") is None


def test_codes_and_card_endings() -> None:
    assert find_code("the code is 123 456") == "123456"
    assert find_code("12345") is find_code("1234567") is find_code("£123456") is None
    assert find_card_ending("the one ending in 4402") == find_card_ending("4402") == "4402"
    assert find_card_ending("freeze my card") is None


@pytest.mark.parametrize(
    ("text", "merchant"),
    [
        ("my transactions at Tesco last month", "Tesco"),
        ("what did I pay to Shell Leeds this week", "Shell Leeds"),
        ("payments from my account", None),
        ("payments over 50 in March", None),
        ("I'm trying to budget, what do I spend on clothes", None),
    ],
)
def test_merchants_in_a_question(text: str, merchant: str | None) -> None:
    assert merchant_in(text) == merchant
