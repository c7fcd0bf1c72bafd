"""What the rows of a tampered log say about the hand that did it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.audit.chain import BODY, Sealed, digest, genesis, link
from common.audit.diagnosis import diagnose, walk

LOG = "log"
Rows = list[Sealed]


def chain(length: int = 12) -> Rows:
    bodies = [dict.fromkeys(BODY) | {"id": number, "details": {"amount_minor": number}} for number in range(length)]
    return link(LOG, genesis(LOG), "2026-01-02T03:04:05.000000Z", bodies)


def verdict(rows: Rows, signed: dict[int, str] | None = None) -> tuple[str, int] | None:
    """As the verifier does it: rows come in the order of their sequence."""
    ordered = sorted(rows, key=lambda row: row.sequence)
    way = walk(LOG, ordered, genesis(LOG), signed or {})
    if way.contradicted is not None:
        return "rewritten", way.signed + 1
    if way.stray is None:
        return None
    return diagnose(LOG, way.head, way.stray, ordered, signed or {})


def rehash(row: Sealed) -> Sealed:
    return replace(row, hash=digest(LOG, row.sequence, row.sealed_at, row.previous, row.body))


def change(rows: Rows) -> Rows:
    rows[4] = replace(rows[4], body=rows[4].body | {"details": {"amount_minor": 999}})
    return rows


def change_with_a_fitting_hash(rows: Rows) -> Rows:
    rows = change(rows)
    rows[4] = rehash(rows[4])
    return rows


def change_the_time(rows: Rows) -> Rows:
    rows[4] = replace(rows[4], sealed_at="2026-01-02T03:04:06.000000Z")
    return rows


def change_into_nonsense(rows: Rows) -> Rows:
    rows[4] = replace(rows[4], body=rows[4].body | {"details": {"amount_minor": 1.5}, "recorded_at": None})
    return rows


def remove(rows: Rows) -> Rows:
    return rows[:4] + rows[5:]


def remove_and_close_the_gap(rows: Rows) -> Rows:
    return rows[:4] + [replace(row, sequence=row.sequence - 1) for row in rows[5:]]


def remove_the_first(rows: Rows) -> Rows:
    return rows[1:]


def insert(rows: Rows) -> Rows:
    forged = replace(rows[4], body=rows[4].body | {"id": 77}, hash=b"?" * 32)
    return rows[:4] + [forged] + [replace(row, sequence=row.sequence + 1) for row in rows[4:]]


def insert_with_a_fitting_hash(rows: Rows) -> Rows:
    forged = rehash(replace(rows[4], body=rows[4].body | {"id": 77}))
    return rows[:4] + [forged] + [replace(row, sequence=row.sequence + 1) for row in rows[4:]]


def insert_a_copy(rows: Rows) -> Rows:
    copy = replace(rows[1], sequence=5)
    return rows[:4] + [copy] + [replace(row, sequence=row.sequence + 1) for row in rows[4:]]


def insert_two_with_fitting_hashes(rows: Rows) -> Rows:
    forged = link(LOG, rows[3].head, rows[4].sealed_at, [rows[4].body | {"id": 77}, rows[4].body | {"id": 78}])
    return rows[:4] + forged + [replace(row, sequence=row.sequence + 2) for row in rows[4:]]


def insert_beside(rows: Rows) -> Rows:
    forged = replace(rows[4], body=rows[4].body | {"id": 77}, sealed_at="2026-01-02T03:04:06.000000Z")
    return [*rows[:4], forged, *rows[4:]]


def insert_before_the_first(rows: Rows) -> Rows:
    return [replace(rows[0], sequence=-3), *rows]


def swap_numbers(rows: Rows) -> Rows:
    rows[4], rows[7] = replace(rows[4], sequence=8), replace(rows[7], sequence=5)
    return rows


def swap_contents(rows: Rows) -> Rows:
    rows[4], rows[7] = replace(rows[4], body=rows[7].body), replace(rows[7], body=rows[4].body)
    return rows


def move_to_the_end(rows: Rows) -> Rows:
    rows[4] = replace(rows[4], sequence=40)
    return rows


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (change, ("changed", 5)),
        (change_with_a_fitting_hash, ("changed", 5)),
        (change_the_time, ("changed", 5)),
        (change_into_nonsense, ("changed", 5)),
        (remove, ("removed", 5)),
        (remove_and_close_the_gap, ("removed", 5)),
        (remove_the_first, ("removed", 1)),
        (insert, ("inserted", 5)),
        (insert_with_a_fitting_hash, ("inserted", 5)),
        (insert_a_copy, ("inserted", 5)),
        (insert_two_with_fitting_hashes, ("inserted", 5)),
        (insert_beside, ("inserted", 5)),
        (insert_before_the_first, ("inserted", -3)),
        (swap_numbers, ("reordered", 5)),
        (swap_contents, ("reordered", 5)),
        (move_to_the_end, ("reordered", 5)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_first_bad_record_is_named_with_what_was_done(
    tamper: Callable[[Rows], Rows], expected: tuple[str, int]
) -> None:
    assert verdict(chain()) is None
    assert verdict(tamper(chain())) == expected


def test_a_chain_rewritten_to_its_end_contradicts_what_was_signed() -> None:
    rows = chain()
    signed = {count: rows[count - 1].hash.hex() for count in (3, 9)}
    forged = link(LOG, rows[4].head, rows[5].sealed_at, [row.body | {"source": "me"} for row in rows[5:]])
    assert verdict(rows[:5] + forged) is None
    assert verdict(rows[:5] + forged, signed) == ("rewritten", 4)


def test_a_last_record_with_a_fitting_hash_is_told_by_its_signature() -> None:
    rows = change_with_a_fitting_hash(chain(6))
    assert verdict(rows, {6: rows[5].hash.hex()}) == ("changed", 5)


@settings(deadline=None)
@given(st.integers(0, 11), st.sampled_from(sorted(BODY)), st.integers(100, 200))
def test_any_change_of_any_field_is_found_where_it_is(index: int, name: str, value: int) -> None:
    rows = chain()
    rows[index] = replace(rows[index], body=rows[index].body | {name: value})
    assert verdict(rows) == ("changed", index + 1)


@settings(deadline=None)
@given(st.permutations(range(8)))
def test_any_other_order_is_found_at_its_first_difference(order: list[int]) -> None:
    rows = chain(8)
    moved = [replace(rows[old], sequence=new + 1) for new, old in enumerate(order)]
    first = next((new + 1 for new, old in enumerate(order) if new != old), None)
    assert verdict(moved) == (None if first is None else ("reordered", first))


@settings(deadline=None)
@given(st.sets(st.integers(1, 11), max_size=11))
def test_any_loss_before_the_end_is_found_at_its_first_record(gone: set[int]) -> None:
    rows = [row for row in chain() if row.sequence not in gone]
    assert verdict(rows) == (("removed", min(gone)) if gone else None)
