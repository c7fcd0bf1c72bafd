"""The format of the chain is pinned: another one would orphan every log that was ever sealed."""

from __future__ import annotations

import hashlib

import pytest

from common.audit.canonical import CanonicalError
from common.audit.chain import BODY, Head, digest, genesis, link

LOG = "00000000-0000-4000-8000-000000000000"
BODY_OF_ONE = dict.fromkeys(BODY) | {
    "id": 1,
    "recorded_at": "2026-01-02T03:04:05.000006Z",
    "source": "teller_bank",
    "kind": "login",
    "actor": "system",
    "outcome": "done",
    "details": {"method": "password"},
}


def test_the_hash_is_that_of_this_very_text() -> None:
    start = hashlib.sha256(f"teller audit log {LOG}".encode()).hexdigest()
    spelled = (
        '{"actor":"system","channel":null,"country":null,"details":{"method":"password"},"id":1,"kind":"login",'
        f'"log":"{LOG}","outcome":"done","previous":"{start}","recorded_at":"2026-01-02T03:04:05.000006Z",'
        '"sealed_at":"2026-01-02T03:04:06.000000Z","sequence":1,"source":"teller_bank","subject":null}'
    )
    row = link(LOG, genesis(LOG), "2026-01-02T03:04:06.000000Z", [BODY_OF_ONE])[0]
    assert row.previous.hex() == start
    assert row.hash == hashlib.sha256(spelled.encode()).digest()


def test_rows_follow_one_another_from_any_head() -> None:
    head = Head(41, b"x" * 32)
    rows = link(LOG, head, "2026-01-02T03:04:06.000000Z", [BODY_OF_ONE, BODY_OF_ONE | {"id": 2}])
    assert [row.sequence for row in rows] == [42, 43]
    assert [row.previous for row in rows] == [head.hash, rows[0].hash]


@pytest.mark.parametrize("name", BODY)
def test_every_column_is_part_of_the_hash(name: str) -> None:
    before = digest(LOG, 1, "t", b"p", BODY_OF_ONE)
    assert digest(LOG, 1, "t", b"p", BODY_OF_ONE | {name: "other"}) != before


def test_log_place_time_and_predecessor_are_part_of_the_hash() -> None:
    variants = {
        digest(LOG, 1, "t", b"p", BODY_OF_ONE),
        digest("other", 1, "t", b"p", BODY_OF_ONE),
        digest(LOG, 2, "t", b"p", BODY_OF_ONE),
        digest(LOG, 1, "u", b"p", BODY_OF_ONE),
        digest(LOG, 1, "t", b"q", BODY_OF_ONE),
    }
    assert len(variants) == 5


def test_a_body_that_no_sealer_has_written_has_no_hash() -> None:
    with pytest.raises(CanonicalError):
        digest(LOG, 1, "t", b"p", BODY_OF_ONE | {"details": {"amount_minor": 1.5}})
