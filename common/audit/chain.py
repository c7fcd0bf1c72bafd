"""The hash chain: each sealed record carries the hash of the one before it.

    hash(n) = SHA-256(canonical({log, sequence: n, sealed_at, previous: hash(n-1) in hex, …the record's columns}))
    hash(0) = SHA-256("teller audit log <log id>")

The columns are in BODY; times are UTC text with microseconds (TIME), as PostgreSQL writes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common.audit.canonical import canonical

BODY = (
    "id",
    "recorded_at",
    "source",
    "kind",
    "actor",
    "subject",
    "outcome",
    "channel",
    "country",
    "details",
)
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: how many records were ever sealed, the last one's hash and time ("" before any)."""

    count: int
    hash: bytes
    sealed_at: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One row of the log."""

    sequence: int
    sealed_at: str
    body: Body
    previous: bytes
    hash: bytes

    @property
    def head(self) -> Head:
        return Head(self.sequence, self.hash, self.sealed_at)


def genesis(log_id: str) -> Head:
    """The head of an empty log."""
    return Head(0, hashlib.sha256(f"teller audit log {log_id}".encode()).digest())


def digest(log_id: str, sequence: int, sealed_at: str, previous: bytes, body: Body) -> bytes:
    """32 bytes; raises CanonicalError for a body that no sealer has written."""
    row = {name: body[name] for name in BODY}
    row |= {"log": log_id, "sequence": sequence, "sealed_at": sealed_at, "previous": previous.hex()}
    return hashlib.sha256(canonical(row)).digest()


def link(log_id: str, head: Head, sealed_at: str, bodies: Iterable[Body]) -> list[Sealed]:
    """The bodies as rows that continue the chain from `head`."""
    rows = []
    for body in bodies:
        sequence = head.count + 1
        row = Sealed(sequence, sealed_at, body, head.hash, digest(log_id, sequence, sealed_at, head.hash, body))
        rows.append(row)
        head = row.head
    return rows
