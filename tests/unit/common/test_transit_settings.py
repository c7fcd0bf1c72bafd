"""A key service is named completely and safely, or the start is refused."""

from __future__ import annotations

import pytest

from common import transit_settings
from common.transit_settings import TransitSettingsError

GIVEN = {"TELLER_VAULT_KEY": "teller", "VAULT_ADDR": "https://vault.bank.example:8200/", "VAULT_TOKEN": "s.abc"}
NAMES = (*GIVEN, "VAULT_TOKEN_FILE", "VAULT_NAMESPACE", "VAULT_CACERT", "TELLER_VAULT_MOUNT")


def give(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in (GIVEN | changed).items():
        monkeypatch.setenv(name, value)


def test_without_a_key_there_is_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, TELLER_VAULT_KEY="")
    assert transit_settings.read() is None


def test_a_complete_service_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, TELLER_VAULT_MOUNT="bank/transit", VAULT_NAMESPACE="retail")
    found = transit_settings.read()
    assert found is not None
    assert (found.address, found.name, found.namespace) == (
        "https://vault.bank.example:8200",
        "vault:bank/transit/teller:",
        "retail",
    )
    assert found.read_token() == "s.abc"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"VAULT_ADDR": ""}, "needs VAULT_ADDR"),
        ({"VAULT_TOKEN": ""}, "VAULT_TOKEN or VAULT_TOKEN_FILE"),
        ({"VAULT_ADDR": "http://vault.bank.example"}, "https"),
        ({"VAULT_ADDR": "vault.bank.example"}, "https"),
        ({"TELLER_VAULT_KEY": "../sys/raw"}, "plain names"),
        ({"TELLER_VAULT_MOUNT": "transit/../sys"}, "plain names"),
        ({"TELLER_VAULT_MOUNT": "/transit"}, "plain names"),
    ],
)
def test_an_incomplete_or_unsafe_service_is_refused(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], told: str
) -> None:
    give(monkeypatch, **changed)
    with pytest.raises(TransitSettingsError, match=told):
        transit_settings.read()
