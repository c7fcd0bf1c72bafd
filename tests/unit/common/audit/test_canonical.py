"""The canonical spelling: the rules of RFC 8785 that we keep, and that nothing else gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.audit.canonical import LARGEST, CanonicalError, canonical

text = st.text(st.characters(blacklist_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | text,
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (LARGEST, "9007199254740991"),
        ("", '""'),
        ([], "[]"),
        ({}, "{}"),
        ({"b": [1, {"d": 2, "c": None}], "a": "x"}, '{"a":"x","b":[1,{"c":null,"d":2}]}'),
        ('\b\t\n\f\r"\\/', '"\\b\\t\\n\\f\\r\\"\\\\/"'),
        ("\x00\x0b\x1f", '"\\u0000\\u000b\\u001f"'),
        ("\x7f\u2028€😀", '"\x7f\u2028€😀"'),
        ("e\u0301 \u00e9", '"e\u0301 \u00e9"'),
    ],
)
def test_a_value_has_one_spelling(value: Any, spelling: str) -> None:
    assert canonical(value) == spelling.encode()


def test_members_are_sorted_by_utf16_code_units() -> None:
    """The order that RFC 8785, section 3.2.3, gives for these names; code points would sort 😀 last."""
    names = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(reversed(names))))) == names


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.5,
        float("nan"),
        float("inf"),
        LARGEST + 1,
        -LARGEST - 1,
        {1: 2},
        {None: 1},
        b"x",
        {1, 2},
        "\ud800",
        {"\udfff": 1},
    ],
)
def test_what_has_no_single_spelling_is_refused(value: Any) -> None:
    for nested in (value, [value], {"a": value}):
        with pytest.raises(CanonicalError):
            canonical(nested)


def test_endless_nesting_is_refused_and_ends_nothing() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CanonicalError):
        canonical(deep)


@settings(deadline=None)
@given(values)
def test_the_spelling_reads_back_as_the_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@settings(deadline=None)
@given(st.dictionaries(text, values), st.randoms())
def test_the_order_in_which_members_came_does_not_matter(value: dict[str, Any], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical(dict(items)) == canonical(value)


@settings(deadline=None)
@given(values, values)
def test_different_values_are_spelled_differently(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )
