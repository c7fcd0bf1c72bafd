"""Sealed streams: what goes in comes out, and nothing else ever does."""

from __future__ import annotations

import io
import os

import pytest

from common.keys import Keyring, KeyringError
from common.sealed_stream import SealedStreamError, seal, unseal

RING = Keyring({"new": os.urandom(32), "old": os.urandom(32)})
PIECE = 1 << 20


def sealed(*parts: bytes, ring: Keyring = RING) -> bytes:
    into = io.BytesIO()
    seal(ring, parts, into)
    return into.getvalue()


def opened(content: bytes, ring: Keyring = RING) -> bytes:
    return b"".join(unseal(ring, io.BytesIO(content)))


@pytest.mark.parametrize(
    "sizes", [[], [0], [1], [PIECE], [PIECE, 1], [3, PIECE - 3], [2 * PIECE], [7] * 9, [3 * PIECE + 5]]
)
def test_any_pieces_come_out_as_they_went_in(sizes: list[int]) -> None:
    parts = [os.urandom(size) for size in sizes]
    assert opened(sealed(*parts)) == b"".join(parts)


def test_an_older_key_of_the_ring_opens_and_a_stranger_does_not() -> None:
    content = sealed(b"words", ring=Keyring({"old": RING.keys["old"]}))
    assert opened(content) == b"words"
    with pytest.raises(KeyringError):
        opened(content, Keyring({"new": RING.keys["new"]}))
    with pytest.raises(SealedStreamError):
        opened(content, Keyring({"old": os.urandom(32)}))


def test_the_same_words_are_never_sealed_alike() -> None:
    assert sealed(b"words") != sealed(b"words")


CONTENT = sealed(os.urandom(PIECE), os.urandom(PIECE), b"end")
HEADER = len(CONTENT) - (2 * (PIECE + 20) + 4 + 3 + 16)
FIRST, SECOND = CONTENT[HEADER : HEADER + PIECE + 20], CONTENT[HEADER + PIECE + 20 : HEADER + 2 * (PIECE + 20)]
LAST = CONTENT[HEADER + 2 * (PIECE + 20) :]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"TLRSTR1",
        b"PGDMP" * 100,
        CONTENT[:HEADER],
        CONTENT[: HEADER + 2],
        CONTENT[:-1],
        CONTENT[: -len(LAST)],
        CONTENT + b"\0",
        CONTENT + LAST,
        CONTENT[:HEADER] + SECOND + FIRST + LAST,
        CONTENT[:HEADER] + FIRST + FIRST + LAST,
        CONTENT[:HEADER] + LAST,
        CONTENT[: HEADER - 1] + bytes([CONTENT[HEADER - 1] ^ 1]) + CONTENT[HEADER:],
        CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]),
        CONTENT[:HEADER] + b"\xff\xff\xff\xff" + CONTENT[HEADER + 4 :],
    ],
)
def test_a_stream_that_was_touched_does_not_open(content: bytes) -> None:
    with pytest.raises(SealedStreamError):
        opened(content)
