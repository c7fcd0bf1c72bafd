"""Checkpoints: signed, chained to one another, durable; whatever is done to them shows."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.audit import checkpoint
from common.audit.chain import Head
from common.audit.checkpoint import CheckpointError, Trail
from common.audit.place import Folder, PlaceError
from common.audit.signing import PublicKeyError, key_id, own_keys, public_pem, signing_key, trusted_keys
from common.keys import Keyring

RING = Keyring({"a": b"1" * 32})
KEY, KEYS = signing_key(RING), own_keys(RING)
STRANGER = Ed25519PrivateKey.generate()
LOG = "log"
OLD = "2018-05-31T23:59:59.000000Z"


def head(count: int, sealed_at: str = "2026-01-02T03:04:05.000000Z", fill: int | None = None) -> Head:
    return Head(count, bytes([count % 256 if fill is None else fill]) * 32, sealed_at)


@pytest.fixture
def place(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "audit")


def write(place: Folder, *counts: int) -> None:
    for count in counts:
        checkpoint.write(place, KEY, LOG, "head", head(count))


def read(lines: list[bytes]) -> Trail:
    return checkpoint.read(lines, LOG, KEYS)


def test_a_trail_tells_where_the_chain_stood(place: Folder) -> None:
    write(place, 0, 5, 9)
    trail = read(list(place.lines()))
    assert trail.head is not None
    assert trail.head.head == head(9)
    assert trail.hashes == {count: head(count).hash.hex() for count in (0, 5, 9)}
    assert trail.number == 3


def _changed(line: bytes, **fields: object) -> bytes:
    return json.dumps(json.loads(line) | fields, sort_keys=True, separators=(",", ":")).encode()


def _resigned(place: Folder) -> bytes:
    other = Folder(Path(str(place)).with_name("stranger"))
    checkpoint.write(other, STRANGER, LOG, "head", head(0))
    return next(iter(other.lines()))


@pytest.mark.parametrize(
    ("change", "number", "reason"),
    [
        (lambda lines, place: [lines[0], _changed(lines[1], count=4), lines[2]], 2, "forged"),
        (lambda lines, place: [lines[0], _changed(lines[1], last_hash="00" * 32), lines[2]], 2, "forged"),
        (lambda lines, place: [lines[0], _changed(lines[1], time="2020-01-01T00:00:00.000000Z")], 2, "forged"),
        (lambda lines, place: [lines[0], _changed(lines[1], signature="AAAA"), lines[2]], 2, "forged"),
        (lambda lines, place: [lines[0], _changed(lines[1], key=["x"]), lines[2]], 2, "not a checkpoint"),
        (lambda lines, place: [lines[0], _changed(lines[1], extra=1), lines[2]], 2, "not a checkpoint"),
        (lambda lines, place: [_resigned(place), *lines], 1, "not trusted"),
        (lambda lines, place: [lines[0], lines[2]], 2, "removed, added or moved"),
        (lambda lines, place: lines[1:], 1, "removed, added or moved"),
        (lambda lines, place: [lines[0], lines[2], lines[1]], 2, "removed, added or moved"),
        (lambda lines, place: [*lines, lines[2]], 4, "removed, added or moved"),
        (lambda lines, place: [lines[0], b"", lines[1]], 2, "not a checkpoint"),
        (lambda lines, place: [lines[0], b"\xff{", lines[1]], 2, "not a checkpoint"),
        (lambda lines, place: [lines[0], b"[" * 100_000, lines[1]], 2, "not a checkpoint"),
    ],
)
def test_the_first_bad_checkpoint_is_named(
    place: Folder, change: Callable[[list[bytes], Folder], list[bytes]], number: int, reason: str
) -> None:
    write(place, 0, 5, 9)
    with pytest.raises(CheckpointError, match=reason) as error:
        read(change(list(place.lines()), place))
    assert error.value.number == number
    assert error.value.before.number == number - 1


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (("head", head(2)), "counts less"),
        (("head", head(5, fill=77)), "contradicts"),
        (("dropped", head(3)), "younger than 7 years"),
        (("dropped", head(3, "")), "younger than 7 years"),
    ],
)
def test_a_signed_checkpoint_that_cannot_be_true_is_refused(
    place: Folder, later: tuple[checkpoint.CheckpointKind, Head], reason: str
) -> None:
    write(place, 0, 5)
    checkpoint.write(place, KEY, LOG, "dropped", head(1, OLD))
    checkpoint.write(place, KEY, LOG, *later)
    with pytest.raises(CheckpointError, match=reason):
        read(list(place.lines()))


def test_a_head_that_was_left_behind_is_not_written(place: Folder) -> None:
    write(place, 0, 5, 4)
    assert sorted(read(list(place.lines())).hashes) == [0, 5]


def test_checkpoints_of_another_log_are_refused(place: Folder) -> None:
    write(place, 0)
    with pytest.raises(CheckpointError, match="another log"):
        checkpoint.read(place.lines(), "other", KEYS)


def test_a_reanchoring_voids_what_was_signed_beyond_it(place: Folder) -> None:
    write(place, 0, 5, 9)
    checkpoint.write(place, KEY, LOG, "reanchored", head(7))
    checkpoint.write(place, KEY, LOG, "head", head(9, fill=77))
    trail = read(list(place.lines()))
    assert sorted(trail.hashes) == [0, 5, 7, 9]
    assert trail.hashes[9] == (b"\x4d" * 32).hex()
    assert [accepted.count for accepted in trail.reanchored] == [7]


def test_what_was_dropped_after_seven_years_is_kept_in_mind(place: Folder) -> None:
    write(place, 0, 9)
    checkpoint.write(place, KEY, LOG, "dropped", head(5, OLD))
    trail = read(list(place.lines()))
    assert [dropped.head for dropped in trail.dropped] == [head(5, OLD)]
    assert trail.head is not None
    assert trail.head.count == 9


def test_a_line_that_was_never_finished_is_passed_over_and_then_replaced(place: Folder) -> None:
    write(place, 0, 5)
    file = next(Path(str(place)).glob("*.jsonl"))
    with file.open("ab") as opened:
        opened.write(b'{"count":6,"key')
    assert read(list(place.lines())).number == 2
    write(place, 9)
    assert read(list(place.lines())).number == 3


def test_a_new_month_goes_on_in_a_new_file(place: Folder) -> None:
    write(place, 0)
    file = next(Path(str(place)).glob("*.jsonl"))
    file.rename(file.with_name("2020-01.jsonl"))
    write(place, 5)
    assert len(list(Path(str(place)).glob("*.jsonl"))) == 2
    assert read(list(place.lines())).number == 2


def test_a_clock_that_was_set_back_does_not_break_the_order(place: Folder) -> None:
    write(place, 0)
    file = next(Path(str(place)).glob("*.jsonl"))
    file.rename(file.with_name("9999-12.jsonl"))
    write(place, 5)
    assert read(list(place.lines())).number == 2


def test_the_end_of_a_long_trail_is_read_without_its_beginning(place: Folder) -> None:
    write(place, *range(120))
    file = next(Path(str(place)).glob("*.jsonl"))
    file.rename(file.with_name("2020-01.jsonl"))
    write(place, 200)
    tail = place.tail()
    lines = list(place.lines())
    assert 12 <= len(tail) < len(lines)
    assert tail == lines[-len(tail) :]
    trail = checkpoint.read(tail, LOG, KEYS, from_the_first=False)
    assert trail.head is not None
    assert trail.head.count == 200
    with pytest.raises(CheckpointError, match="removed, added or moved"):
        checkpoint.read([*tail[:5], *tail[6:]], LOG, KEYS, from_the_first=False)


def test_two_writers_at_once_make_one_chain(place: Folder) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: write(Folder(Path(str(place))), 0), range(40)))
    assert read(list(place.lines())).number == 40


def test_only_the_owner_reads_the_files(place: Folder) -> None:
    write(place, 0)
    folder = Path(str(place))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file is in the way")
    with pytest.raises(PlaceError, match="cannot be written under"):
        write(Folder(tmp_path / "audit"), 0)


def test_the_printed_public_key_is_all_that_an_auditor_needs(place: Folder) -> None:
    write(place, 0)
    printed = public_pem(KEY.public_key()).encode()
    assert checkpoint.read(place.lines(), LOG, trusted_keys([printed])).number == 1
    assert list(trusted_keys([printed])) == [key_id(KEY.public_key())]


@pytest.mark.parametrize("pem", [b"", b"hello", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_public_key_says_so(pem: bytes) -> None:
    with pytest.raises(PublicKeyError, match="not an Ed25519"):
        trusted_keys([pem])
