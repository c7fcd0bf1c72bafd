"""Which holder of key-encryption keys this house uses, and the proof that it can be used."""

from __future__ import annotations

import os
import secrets

from common.key_wrapping import KeyringWrapper, KeyServiceError, KeyWrapper, WrappingError
from common.keys import Keyring, KeyringError
from common.transit import TransitWrapper

_PROOF = b"proof"


class MovedWrapper:
    """A transit engine that wraps, beside the ring by which keys were wrapped before: `rotate` moves them over."""

    def __init__(self, transit: TransitWrapper, before: KeyringWrapper) -> None:
        self._transit = transit
        self._before = before

    async def active_id(self) -> str:
        return await self._transit.active_id()

    async def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        return await self._transit.wrap(key, context)

    async def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        holder = self._transit if self._transit.holds(key_id) else self._before
        return await holder.unwrap(key_id, wrapped, context)


def wrapper_of(keyring: Keyring) -> KeyWrapper:
    """The wrapper for this ring: its own keys, or the transit engine that the environment named beside it."""
    own = KeyringWrapper(keyring)
    return own if keyring.transit is None else MovedWrapper(TransitWrapper(keyring.transit), own)


async def prove(keyring: Keyring) -> None:
    """Wrap and unwrap a key of no use; raises KeyServiceError, so that a process that could not work does not start."""
    wrapper, key, context = wrapper_of(keyring), secrets.token_bytes(32), os.urandom(8) + _PROOF
    try:
        key_id, wrapped = await wrapper.wrap(key, context)
        if await wrapper.unwrap(key_id, wrapped, context) == key:
            return
    except WrappingError:
        pass
    except KeyServiceError:
        raise
    except KeyringError as error:
        raise KeyServiceError(str(error)) from None
    raise KeyServiceError("the key service does not give back what it wrapped; is it a transit engine?")
