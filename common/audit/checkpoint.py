"""Signed statements of where the chain stood: what the chain alone cannot show, a cut-off tail, they do.

A checkpoint is one line of canonical JSON: log, kind, count (records ever sealed), last_hash, sealed_at (of the
last record), time, key (id of the public key), previous (SHA-256 of the checkpoint line before it, or of
nothing) and signature (Ed25519 over the canonical JSON of all the others, base64). Kinds:

    head        so many records stood here, this was the last hash; the first one has count 0
    dropped     the records up to this one are older than the law asks for; the log may begin behind it
    reanchored  the log was accepted as it stands, after a restore or after checkpoints were lost
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.audit.canonical import canonical
from common.audit.chain import TIME, Head
from common.audit.place import Place
from common.audit.signing import PublicKeys, key_id

CheckpointKind = Literal["head", "dropped", "reanchored"]
KEPT_YEARS = 7
_BEGINNING = hashlib.sha256(b"").hexdigest()


class CheckpointError(ValueError):
    """A checkpoint is forged, changed, out of place, or one before it is missing.

    `number` counts from 1, `before` is the trail up to the last good one.
    """

    def __init__(self, number: int, reason: str, before: Trail) -> None:
        super().__init__(f"checkpoint {number} {reason}")
        self.number = number
        self.reason = reason
        self.before = before


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`last_hash` and `previous` are hexadecimal; times are UTC text."""

    log: str
    kind: CheckpointKind
    count: int
    last_hash: str
    sealed_at: str
    time: str
    key: str
    previous: str

    @property
    def head(self) -> Head:
        return Head(self.count, bytes.fromhex(self.last_hash), self.sealed_at)


def write(place: Place, key: Ed25519PrivateKey, log_id: str, kind: CheckpointKind, head: Head) -> None:
    """Sign where the chain stands and add it to the place; raises PlaceError.

    A head that a successor has left behind is not added: it comes from a sealer that slept while it was replaced.
    """

    def make(last: bytes | None) -> bytes | None:
        if kind == "head" and last is not None and _count_of_head(last) > head.count:
            return None
        checkpoint = Checkpoint(
            log=log_id,
            kind=kind,
            count=head.count,
            last_hash=head.hash.hex(),
            sealed_at=head.sealed_at,
            time=datetime.now(timezone.utc).strftime(TIME),
            key=key_id(key.public_key()),
            previous=_fingerprint(last),
        )
        statement = asdict(checkpoint)
        signature = base64.b64encode(key.sign(canonical(statement))).decode()
        return canonical(statement | {"signature": signature})

    place.append(make)


@dataclass
class Trail:
    """The checkpoints that count.

    `head` is the latest statement of where the chain stood, `dropped` are those of what was dropped at its
    beginning, `reanchored` those that accepted it as it stood and voided what was signed beyond. `hashes` maps a
    count to the last hash that was signed for it, `number` is how many checkpoints there are.
    """

    head: Checkpoint | None = None
    dropped: list[Checkpoint] = field(default_factory=list)
    reanchored: list[Checkpoint] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    number: int = 0

    def take(self, checkpoint: Checkpoint) -> str | None:
        """Add a checkpoint; or what is wrong with it in this place."""
        if checkpoint.kind == "dropped":
            if not _old_enough(checkpoint):
                return f"drops records younger than {KEPT_YEARS} years"
            self.dropped.append(checkpoint)
        elif checkpoint.kind == "reanchored":
            self.reanchored.append(checkpoint)
            self.hashes = {count: digest for count, digest in self.hashes.items() if count < checkpoint.count}
            self.head = checkpoint
        else:
            if self.head is not None and checkpoint.count < self.head.count:
                return "counts less than the one before"
            self.head = checkpoint
        if self.hashes.setdefault(checkpoint.count, checkpoint.last_hash) != checkpoint.last_hash:
            return "contradicts an earlier one"
        self.number += 1
        return None


def read(lines: Iterable[bytes], log_id: str, keys: PublicKeys, *, from_the_first: bool = True) -> Trail:
    """The trail in these lines, which are all of them, or the last ones when not `from_the_first`.

    Raises CheckpointError at the first that is not what the sealer wrote there.
    """
    trail = Trail()
    last: bytes | None = None
    for number, line in enumerate(lines, 1):
        try:
            checkpoint = _open(line, keys)
            if checkpoint.log != log_id:
                raise _Forged("is of another log")
            if (from_the_first or last is not None) and checkpoint.previous != _fingerprint(last):
                raise _Forged("does not follow the one before it: one was removed, added or moved")
            wrong = trail.take(checkpoint)
            if wrong is not None:
                raise _Forged(wrong)
        except _Forged as error:
            raise CheckpointError(number, str(error), trail) from None
        last = line
    return trail


class _Forged(ValueError):
    pass


def _open(line: bytes, keys: PublicKeys) -> Checkpoint:
    try:
        statement: dict[str, Any] = json.loads(line)
        signature = base64.b64decode(statement.pop("signature"), validate=True)
        checkpoint = Checkpoint(**statement)
        signed = canonical(statement)
        bytes.fromhex(checkpoint.last_hash)
        key = keys.get(checkpoint.key)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Forged("is not a checkpoint") from None
    if key is None:
        raise _Forged(f"is signed with key {checkpoint.key}, which is not trusted here")
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        raise _Forged("is forged: its signature does not fit") from None
    if checkpoint.kind not in get_args(CheckpointKind):
        raise _Forged("is of an unknown kind")
    return checkpoint


def _count_of_head(line: bytes) -> int:
    try:
        statement = json.loads(line)
        return int(statement["count"]) if statement["kind"] == "head" else 0
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0


def _old_enough(checkpoint: Checkpoint) -> bool:
    year, rest = checkpoint.sealed_at[:4], checkpoint.sealed_at[4:]
    return year.isdigit() and f"{int(year) + KEPT_YEARS:04d}{rest}" <= checkpoint.time


def _fingerprint(line: bytes | None) -> str:
    return _BEGINNING if line is None else hashlib.sha256(line).hexdigest()
