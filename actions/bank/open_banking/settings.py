"""Which core bank a deployment has, and how to reach it: read from the environment by whoever opens it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common.settings import SettingsError

BACK = "/open-banking/back"
PREFIX = "TELLER_OPEN_BANKING_"
CoreKind = Literal["ledger", "open-banking"]


@dataclass(frozen=True)
class OpenBankingSettings:
    """`name` is what customers call the bank.

    `url` ends with the version (`…/open-banking/v4.0`); below it are the bank's `aisp` and `pisp`.

    `signer` and `bank_signer` name the two sides in message signatures; `keys_url` is the key set with which the
    bank signs its messages, `issuer` its OpenID provider.
    """

    name: str
    url: str
    issuer: str
    keys_url: str
    client_id: str
    redirect_url: str
    signer: str
    bank_signer: str
    trust_anchor: str
    key_id: str
    signing_key: RSAPrivateKey = field(repr=False)
    tls: ssl.SSLContext = field(repr=False)


def core_kind(environment: Mapping[str, str]) -> CoreKind:
    """TELLER_CORE_BANK: `ledger` (the default) or `open-banking`."""
    kind = environment.get("TELLER_CORE_BANK", "ledger")
    if kind not in ("ledger", "open-banking"):
        raise SettingsError(f"TELLER_CORE_BANK must be ledger or open-banking, not {kind!r}")
    return cast(CoreKind, kind)


def load(environment: Mapping[str, str]) -> OpenBankingSettings:
    """Raises SettingsError with one line that names what is missing or cannot be used."""
    needed = ("NAME", "URL", "ISSUER", "KEYS_URL", "CLIENT_ID", "REDIRECT_URL", "SIGNER", "BANK_SIGNER", "KEY_ID",
              "SIGNING_KEY", "CERTIFICATE", "CERTIFICATE_KEY")  # fmt: skip
    missing = [PREFIX + name for name in needed if not environment.get(PREFIX + name)]
    if missing:
        raise SettingsError(f"TELLER_CORE_BANK=open-banking needs {', '.join(missing)}: set them in the environment")
    given = {name: environment[PREFIX + name] for name in needed}
    for name in ("URL", "ISSUER", "KEYS_URL", "REDIRECT_URL"):
        parts = urlsplit(given[name])
        if parts.scheme != "https" or not parts.hostname or parts.username or parts.fragment:
            raise SettingsError(f"{PREFIX}{name} must be an https address")
    if not urlsplit(given["REDIRECT_URL"]).path.endswith(BACK) or urlsplit(given["REDIRECT_URL"]).query:
        raise SettingsError(f"{PREFIX}REDIRECT_URL must be this server's public address with the path {BACK}")
    return OpenBankingSettings(
        name=given["NAME"],
        url=given["URL"].rstrip("/"),
        issuer=given["ISSUER"],
        keys_url=given["KEYS_URL"],
        client_id=given["CLIENT_ID"],
        redirect_url=given["REDIRECT_URL"],
        signer=given["SIGNER"],
        bank_signer=given["BANK_SIGNER"],
        trust_anchor=environment.get(PREFIX + "TRUST_ANCHOR", "openbanking.org.uk"),
        key_id=given["KEY_ID"],
        signing_key=_signing_key(given["SIGNING_KEY"]),
        tls=_tls(given["CERTIFICATE"], given["CERTIFICATE_KEY"], environment.get(PREFIX + "CA") or None),
    )


def _signing_key(path: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(Path(path).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(f"{PREFIX}SIGNING_KEY must be the path of a readable PEM file, without password") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise SettingsError(f"{PREFIX}SIGNING_KEY must hold an RSA key of at least 2048 bits")
    return key


def _tls(certificate: str, key: str, authority: str | None) -> ssl.SSLContext:
    """Mutual TLS: the bank's certificate is checked against `authority` (or the system's), ours is shown."""
    try:
        context = ssl.create_default_context(cafile=authority)
        context.load_cert_chain(certificate, key, password=_no_password)
    except OSError as error:  # ssl.SSLError is one
        names = ", ".join(PREFIX + name for name in ("CERTIFICATE", "CERTIFICATE_KEY", "CA"))
        raise SettingsError(f"{names} must be paths of PEM files that fit together") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _no_password() -> str:
    """For an encrypted key: an error, in place of OpenSSL's question at the terminal."""
    return ""
