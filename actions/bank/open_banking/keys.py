"""The bank's public keys: a JSON Web Key Set (RFC 7517) behind a URL, fetched when needed and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWKSet
from jwt.exceptions import PyJWTError

from actions.bank.core.errors import CoreAnswerInvalid, CoreUnavailable
from actions.bank.open_banking.wire import AnswerTooLarge, NoAnswer, Wire

# A key id nobody knows may be a new key, or nonsense: look at most so often.
LOOK_AGAIN = timedelta(minutes=1)


class KeySet:
    """RSA keys by id."""

    def __init__(self, url: str, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._wire = wire
        self._clock = clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._looked: datetime | None = None

    async def get(self, key_id: str) -> RSAPublicKey | None:
        """Raises CoreUnavailable or CoreAnswerInvalid where the set has to be fetched and cannot be."""
        now = self._clock()
        if key_id not in self._keys and (self._looked is None or now - self._looked >= LOOK_AGAIN):
            self._keys = await self._fetch()
            self._looked = now
        return self._keys.get(key_id)

    async def _fetch(self) -> dict[str, RSAPublicKey]:
        try:
            answer = await self._wire.exchange("GET", self._url, headers={"Accept": "application/json"})
            found = PyJWKSet.from_dict(json.loads(answer.body)).keys
        except NoAnswer as error:
            raise CoreUnavailable(error.retry_after) from error
        except (AnswerTooLarge, PyJWTError, ValueError, TypeError, AttributeError) as error:
            raise CoreAnswerInvalid("keys") from error
        usable = [key for key in found if key.key_type == "RSA" and key.key_id and key.public_key_use in (None, "sig")]
        return {cast(str, key.key_id): cast(RSAPublicKey, key.key) for key in usable}
