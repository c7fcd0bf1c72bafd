"""Which core a deployment gets, and one clear line where it cannot have it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from actions.bank.bootstrap import open_bank
from actions.bank.core.bootstrap import open_banking_core, open_linked, other_bank
from actions.bank.core.errors import CoreUnavailable
from actions.bank.open_banking import settings as open_banking_settings
from actions.bank.services import Bank
from common.settings import Settings, SettingsError
from tests.open_banking import certificates
from tests.open_banking.certificates import Certificates
from tests.open_banking.conftest import BANK_NAME, PATIENCE, Pauses

PREFIX = open_banking_settings.PREFIX


async def test_the_environment_names_the_core(bank: Bank, environment: dict[str, str]) -> None:
    assert other_bank({}) is other_bank({"TELLER_CORE_BANK": "ledger"}) is None
    settings = other_bank(environment)
    assert settings is not None
    linked = open_linked(settings, bank.accounts)
    assert linked.name == BANK_NAME
    await linked.close()


async def test_the_house_opens_the_other_bank_only_where_one_is_named(
    bank: Bank, bank_settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bank.linked is None
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    opened = await open_bank(bank_settings)
    assert opened.linked is not None
    await opened.close()
    monkeypatch.delenv(f"{PREFIX}ISSUER")
    with pytest.raises(SettingsError, match=f"{PREFIX}ISSUER: set"):
        await open_bank(bank_settings)


@pytest.mark.parametrize("kind", ["", "Ledger", "mock", "open_banking"])
def test_another_core_is_refused(kind: str) -> None:
    with pytest.raises(SettingsError, match="TELLER_CORE_BANK must be ledger or open-banking"):
        open_banking_settings.core_kind({"TELLER_CORE_BANK": kind})


@pytest.mark.parametrize("name", ["NAME", "URL", "ISSUER", "KEYS_URL", "CLIENT_ID", "REDIRECT_URL", "SIGNER",
                                  "BANK_SIGNER", "KEY_ID", "SIGNING_KEY", "CERTIFICATE",
                                  "CERTIFICATE_KEY"])  # fmt: skip
def test_what_is_missing_is_named(environment: dict[str, str], name: str) -> None:
    for given in ({k: v for k, v in environment.items() if k != PREFIX + name}, environment | {PREFIX + name: ""}):
        with pytest.raises(SettingsError, match=f"{PREFIX}{name}: set"):
            open_banking_settings.load(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "http://bank.example/open-banking/v4.0"),
        ("ISSUER", "bank.example"),
        ("KEYS_URL", "https://"),
        ("REDIRECT_URL", "https://user@teller.example/back"),
        ("URL", "https://bank.example/#x"),
        ("SIGNING_KEY", "/nowhere.pem"),
        ("CERTIFICATE", "/nowhere.pem"),
        ("CERTIFICATE_KEY", "/nowhere.pem"),
        ("CA", "/nowhere.pem"),
    ],
)
def test_what_cannot_be_used_is_named(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_banking_settings.load(environment | {PREFIX + name: value})
    assert PREFIX + name in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [lambda: rsa.generate_private_key(65537, 1024), lambda: ec.generate_private_key(ec.SECP256R1())],
    ids=["short", "elliptic"],
)
def test_a_weak_or_other_key_is_refused(environment: dict[str, str], tmp_path: Path, make: object) -> None:
    path = tmp_path / "other.pem"
    path.write_bytes(certificates.pem(make()))  # type: ignore[operator]  # the maker comes from a table of cases
    with pytest.raises(SettingsError, match="RSA key of at least 2048 bits"):
        open_banking_settings.load(environment | {PREFIX + "SIGNING_KEY": str(path)})


def test_an_encrypted_key_is_refused_without_asking(environment: dict[str, str], tmp_path: Path) -> None:
    for name in ("SIGNING_KEY", "CERTIFICATE_KEY"):
        path = tmp_path / "encrypted.pem"
        path.write_bytes(certificates.pem(rsa.generate_private_key(65537, 2048), b"secret"))
        with pytest.raises(SettingsError, match=name):
            open_banking_settings.load(environment | {PREFIX + name: str(path)})


def test_keys_do_not_show_in_a_printed_setting(environment: dict[str, str]) -> None:
    shown = repr(open_banking_settings.load(environment))
    assert "signing_key" not in shown
    assert "tls" not in shown


@pytest.mark.parametrize(
    "changes",
    [{"CERTIFICATE": "stranger", "CERTIFICATE_KEY": "stranger-key"}, {"CA": "stranger"}],
    ids=["a client the bank does not know", "a bank nobody vouches for"],
)
async def test_both_sides_must_show_a_certificate_that_counts(
    bank: Bank, environment: dict[str, str], pki: Certificates, pauses: Pauses, changes: dict[str, str]
) -> None:
    changed = environment | {PREFIX + name: pki.path(file) for name, file in changes.items()}
    core = open_banking_core(open_banking_settings.load(changed), bank.accounts, PATIENCE, pauses)
    with pytest.raises(CoreUnavailable):
        await core.connect(str(uuid4()))
    await core.close()
