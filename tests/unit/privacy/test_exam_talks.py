"""Secrets over several messages: what counts as left, and that the talks hold what they say."""

from __future__ import annotations

import re

import pytest

from common.privacy.exam.talks import Talk, leaks_by_kind, talks

SEED = 7


def test_the_pieces_of_a_talk_are_its_value_in_order() -> None:
    for talk in talks(SEED):
        assert "".join(piece for pieces in talk.pieces for piece in pieces) == talk.value
        assert all(
            piece and piece in text for text, pieces in zip(talk.said, talk.pieces, strict=True) for piece in pieces
        )
        assert not re.search(r"\{\d", " ".join(talk.said))


def test_a_talk_kept_as_it_was_leaks_and_one_without_its_pieces_does_not() -> None:
    for talk in talks(SEED):
        assert talk.leaks(list(talk.said))
        assert not talk.leaks(["<GONE>" for _ in talk.said])


@pytest.mark.parametrize(
    ("entity", "stored", "leaks"),
    [
        ("CARD_NUMBER", ["<CARD_NUMBER>", "<CARD_NUMBER ending 5551>"], False),
        ("CARD_NUMBER", ["<CARD_NUMBER>", "4444555<PIN>"], True),
        ("CARD_NUMBER", ["1111", "<CARD_NUMBER>"], False),
        ("CARD_NUMBER", ["1111", "5551"], True),
        ("CODE", ["<CODE>", "<CODE ending 5551>"], True),
        ("CODE", ["<CODE>", "<CODE>"], False),
    ],
)
def test_the_last_four_of_a_long_number_may_stay_and_of_a_code_nothing(
    entity: str, stored: list[str], leaks: bool
) -> None:
    talk = Talk(entity, "1111222244445551", ("11112222", "44445551"), (("11112222",), ("44445551",)))
    assert talk.leaks(stored) == leaks


def test_leaks_are_counted_by_kind() -> None:
    held, leaked = leaks_by_kind(lambda said: said, SEED)
    assert held == leaked
    assert len(held) >= 8
    held, leaked = leaks_by_kind(lambda said: ["" for _ in said], SEED)
    assert leaked.total() == 0 < held.total()
