"""Key wrapping by the transit engine of HashiCorp Vault, or of OpenBao, over HTTP: the key never leaves it.

Of its API (`/v1/<mount>/encrypt|decrypt|keys/<key>`) this needs to encrypt and decrypt with associated data, and to
read a key's latest version. An operator makes a new version there; `python -m common.key_rotation rotate`
wraps all data keys by it. See https://developer.hashicorp.com/vault/api-docs/secret/transit.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from typing import Any

import httpx

from common.key_wrapping import KeyServiceError, WrappingError
from common.transit_settings import TransitSettings, TransitSettingsError

TIMEOUT_S = 3.0


class TransitWrapper:
    """The port on a transit engine; key ids are `vault:<mount>/<key>:v<version>`."""

    def __init__(self, settings: TransitSettings) -> None:
        self._settings = settings
        self._open: tuple[asyncio.AbstractEventLoop, httpx.AsyncClient] | None = None

    def holds(self, key_id: str) -> bool:
        """Whether the key id is of this engine's key."""
        return key_id.startswith(self._settings.name)

    async def active_id(self) -> str:
        return self._id((await self._ask("GET", "keys")).get("latest_version"))

    async def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        answer = await self._ask("POST", "encrypt", {"plaintext": _text(key), "associated_data": _text(context)})
        ciphertext = answer.get("ciphertext")
        if not isinstance(ciphertext, str):
            raise KeyServiceError("the key service answers nonsense to `encrypt`")
        return self._id(ciphertext.split(":")[1].removeprefix("v") if ciphertext.count(":") == 2 else None), (
            ciphertext.encode()
        )

    async def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        version = key_id.removeprefix(self._settings.name)
        # The engine believes the version that the ciphertext names; a row whose two do not agree was changed.
        if not wrapped.startswith(f"vault:{version}:".encode()):
            raise WrappingError("a wrapped data key cannot be opened")
        sent = {"ciphertext": wrapped.decode("ascii", "replace"), "associated_data": _text(context)}
        plaintext = (await self._ask("POST", "decrypt", sent)).get("plaintext")
        try:
            return base64.b64decode(str(plaintext), validate=True)
        except (binascii.Error, ValueError):
            raise KeyServiceError("the key service answers nonsense to `decrypt`") from None

    async def _ask(self, method: str, what: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """The `data` of an answer; raises WrappingError where the engine refuses what it was given."""
        settings = self._settings
        try:
            headers = {"X-Vault-Token": settings.read_token(), "X-Vault-Request": "true"}
            if settings.namespace:
                headers["X-Vault-Namespace"] = settings.namespace
            url = f"{settings.address}/v1/{settings.mount}/{what}/{settings.key}"
            answer = await self._client().request(method, url, json=body, headers=headers)
        except (httpx.HTTPError, TransitSettingsError, ssl.SSLError, OSError) as error:
            said = str(error) if isinstance(error, TransitSettingsError) else type(error).__name__
            raise KeyServiceError(f"the key service at {settings.address} does not answer: {said}") from None
        if answer.status_code == 400 and what == "decrypt":
            raise WrappingError("a wrapped data key cannot be opened")
        if answer.status_code != 200:
            raise KeyServiceError(f"the key service at {settings.address} refuses: {_why(answer.status_code)}")
        try:
            return dict(answer.json()["data"])
        except (ValueError, KeyError, TypeError):
            raise KeyServiceError(f"the key service at {settings.address} answers nonsense to `{what}`") from None

    def _client(self) -> httpx.AsyncClient:
        """A client of the running loop: its connections belong to that loop."""
        loop = asyncio.get_running_loop()
        if self._open is None or self._open[0] is not loop:
            verify = ssl.create_default_context(cafile=self._settings.ca_file)
            transport = httpx.AsyncHTTPTransport(verify=verify, retries=1)
            self._open = loop, httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S, trust_env=False)
        return self._open[1]

    def _id(self, version: object) -> str:
        if not str(version).isdigit():
            raise KeyServiceError("the key service names no version of its key")
        return f"{self._settings.name}v{version}"


def _why(status: int) -> str:
    known = {
        403: "the token may not use this key; give it a policy for encrypt, decrypt and reading the key",
        404: "there is no such key; make it, or correct TELLER_VAULT_KEY and TELLER_VAULT_MOUNT",
        503: "it is sealed or starting; unseal it",
    }
    return known.get(status, f"status {status}")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
