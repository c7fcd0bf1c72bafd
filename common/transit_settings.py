"""Where a Vault-compatible transit engine holds the key-encryption key, by Vault's own names of the settings."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class TransitSettingsError(RuntimeError):
    """A setting of the key service is missing or cannot be used."""


@dataclass(frozen=True)
class TransitSettings:
    """`key` is the name of the key in the engine at `mount`; the token comes from `token_file` where there is one."""

    address: str
    mount: str
    key: str
    token: str | None
    token_file: Path | None
    namespace: str | None
    ca_file: str | None

    @property
    def name(self) -> str:
        """What the key ids of this key begin with."""
        return f"vault:{self.mount}/{self.key}:"

    def read_token(self) -> str:
        """The token as it is now: an agent may renew the file. Raises TransitSettingsError."""
        if self.token_file is None:
            return self.token or ""
        try:
            return self.token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise TransitSettingsError(f"the token in VAULT_TOKEN_FILE ({self.token_file}) cannot be read") from None


def read() -> TransitSettings | None:
    """The settings from the environment; None without TELLER_VAULT_KEY. Raises TransitSettingsError."""
    key = os.environ.get("TELLER_VAULT_KEY")
    if not key:
        return None
    mount = os.environ.get("TELLER_VAULT_MOUNT") or "transit"
    if not _NAME.fullmatch(key) or not all(_NAME.fullmatch(part) for part in mount.split("/")):
        raise TransitSettingsError("TELLER_VAULT_KEY and TELLER_VAULT_MOUNT must be plain names")
    address, token, token_file = (os.environ.get(f"VAULT_{name}") for name in ("ADDR", "TOKEN", "TOKEN_FILE"))
    if not address or not (token or token_file):
        raise TransitSettingsError("TELLER_VAULT_KEY needs VAULT_ADDR and VAULT_TOKEN or VAULT_TOKEN_FILE")
    found = urlsplit(address)
    if found.scheme != "https" and not (found.scheme == "http" and found.hostname in _LOOPBACK):
        raise TransitSettingsError("VAULT_ADDR must begin with https:// (http:// only on this machine)")
    return TransitSettings(
        address=address.rstrip("/"),
        mount=mount,
        key=key,
        token=token,
        token_file=Path(token_file) if token_file else None,
        namespace=os.environ.get("VAULT_NAMESPACE"),
        ca_file=os.environ.get("VAULT_CACERT"),
    )
