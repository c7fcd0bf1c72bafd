from __future__ import annotations

import pytest

from common import settings


@pytest.fixture(autouse=True)
def _given_servers(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("TELLER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/teller")
    monkeypatch.setenv("REDIS_URL", "redis://nowhere")
    monkeypatch.delenv("TELLER_KEYS", raising=False)
    monkeypatch.delenv("TELLER_MODE", raising=False)


def test_given_servers_are_used_as_they_are() -> None:
    assert settings.load().database_url == "postgresql://nowhere/teller"


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL", "TELLER_KEYS"])
def test_production_does_not_start_without(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv("TELLER_MODE", "production")
    monkeypatch.setenv("TELLER_KEYS", "a:x")
    monkeypatch.delenv(missing)
    with pytest.raises(settings.SettingsError, match=missing):
        settings.load()


@pytest.mark.parametrize("value", ["0", "-1", "ten", "1.5", "١٠", ""])
def test_a_limit_must_be_a_whole_number_above_zero(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TELLER_RATE_LIMIT", value)
    with pytest.raises(settings.SettingsError, match="TELLER_RATE_LIMIT"):
        settings.load()


@pytest.mark.parametrize(
    ("networks", "header", "told"),
    [
        ("10.0.0.0/33", None, "TELLER_TRUSTED_PROXIES must name networks"),
        ("the proxy", None, "TELLER_TRUSTED_PROXIES must name networks"),
        ("10.0.0.0/8", "CF-IPCountry: GB", "TELLER_COUNTRY_HEADER must be the name of a header"),
        ("", "CF-IPCountry", "TELLER_COUNTRY_HEADER needs TELLER_TRUSTED_PROXIES"),
    ],
)
def test_proxies_that_cannot_be_read_or_trusted_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, networks: str, header: str | None, told: str
) -> None:
    monkeypatch.setenv("TELLER_TRUSTED_PROXIES", networks)
    if header is not None:
        monkeypatch.setenv("TELLER_COUNTRY_HEADER", header)
    with pytest.raises(settings.SettingsError, match=told):
        settings.load()


def test_proxies_are_networks_of_both_families(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLER_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")
    monkeypatch.setenv("TELLER_COUNTRY_HEADER", "CF-IPCountry")
    loaded = settings.load()
    assert [str(network) for network in loaded.trusted_proxies] == ["10.0.0.0/8", "fd00::/8"]
    assert loaded.country_header == "CF-IPCountry"
