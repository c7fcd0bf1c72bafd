"""A stream sealed in pieces: AES-256-GCM, so that nothing of it lies anywhere in the clear and no piece can be changed,
moved, repeated or cut off (after STREAM, Hoang, Reyhanitabar, Rogaway and Vizár 2015).

Header: magic, length of the key id, key id, salt. The key is derived from the key-encryption key and the salt
(HKDF-SHA256). Then pieces: four bytes of length, ciphertext. A nonce is the piece's number and whether it is the last.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.keys import Keyring

_MAGIC = b"TLRSTR1"
_SALT_BYTES = 16
_PIECE_BYTES = 1 << 20
_TAG_BYTES = 16


class SealedStreamError(RuntimeError):
    """The stream was changed or cut off, or was sealed with another key."""


def seal(keyring: Keyring, plain: Iterable[bytes], into: BinaryIO) -> None:
    """Write the pieces of `plain`, of any sizes, to `into` under the active key."""
    key_id = keyring.active_id.encode()
    header = _MAGIC + bytes([len(key_id)]) + key_id + os.urandom(_SALT_BYTES)
    cipher = _cipher(keyring, key_id.decode(), header)
    into.write(header)
    pieces = _cut(plain)
    number, piece = 0, next(pieces, b"")
    for following in pieces:
        _write(into, cipher.encrypt(_nonce(number, last=False), piece, header))
        number, piece = number + 1, following
    _write(into, cipher.encrypt(_nonce(number, last=True), piece, header))


def unseal(keyring: Keyring, sealed: BinaryIO) -> Iterator[bytes]:
    """The plain pieces, each one checked; raises SealedStreamError, at the latest in place of a missing end."""
    start = sealed.read(len(_MAGIC) + 1)
    rest = sealed.read(start[-1] + _SALT_BYTES) if len(start) == len(_MAGIC) + 1 else b""
    if start[:-1] != _MAGIC or len(rest) != start[-1] + _SALT_BYTES:
        raise SealedStreamError("this is not a sealed stream")
    header, key_id = start + rest, rest[:-_SALT_BYTES].decode(errors="replace")
    cipher = _cipher(keyring, key_id, header)
    number, piece = 0, _read(sealed)
    while piece is not None:
        following = _read(sealed)
        try:
            yield cipher.decrypt(_nonce(number, last=following is None), piece, header)
        except InvalidTag:
            raise SealedStreamError(f"piece {number} was changed, or the end is missing") from None
        number, piece = number + 1, following
    if number == 0:
        raise SealedStreamError("the stream is cut off")


def _cut(plain: Iterable[bytes]) -> Iterator[bytes]:
    kept = bytearray()
    for part in plain:
        kept += part
        while len(kept) >= _PIECE_BYTES:
            yield bytes(kept[:_PIECE_BYTES])
            del kept[:_PIECE_BYTES]
    if kept:
        yield bytes(kept)


def _write(into: BinaryIO, piece: bytes) -> None:
    into.write(len(piece).to_bytes(4, "big") + piece)


def _read(sealed: BinaryIO) -> bytes | None:
    head = sealed.read(4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    piece = sealed.read(length) if length <= _PIECE_BYTES + _TAG_BYTES else b""
    if len(head) != 4 or len(piece) != length:
        raise SealedStreamError("the stream is cut off")
    return piece


def _cipher(keyring: Keyring, key_id: str, header: bytes) -> AESGCM:
    salt = header[-_SALT_BYTES:]
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=salt, info=b"teller/sealed-stream").derive(keyring.kek(key_id)))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
