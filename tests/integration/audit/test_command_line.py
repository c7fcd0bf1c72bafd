"""`python -m common.audit`: what people and their scripts see."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from common import keys
from common.audit import __main__ as command_line
from common.audit.database import Sql
from common.audit.pseudonym import Pseudonyms
from common.audit.signing import public_pem
from common.settings import Settings
from tests.integration.audit.workshop import Workshop

Say = pytest.CaptureFixture[str]


@pytest.fixture
def environment(house: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TELLER_HOME", str(house.home))
    monkeypatch.setenv("DATABASE_URL", house.database_url)
    monkeypatch.setenv("REDIS_URL", house.redis_url)
    return house


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["audit", *arguments])
    return command_line.main()


def test_verify_says_what_it_has_checked(
    environment: Settings, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    workshop.fill(9)
    assert run(monkeypatch, "verify") == 0
    head = workshop.sealer.head.hash.hex()
    assert capsys.readouterr().out == f"sound: records 1 to 9, signed up to 9 by 4 checkpoints; head {head}\n"


def test_verify_names_the_first_bad_record_and_fails(
    environment: Settings, workshop: Workshop, root: Sql, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    workshop.fill(9)
    root.execute("ALTER TABLE audit.log DISABLE TRIGGER USER")
    root.execute("DELETE FROM audit.log WHERE sequence = 4")
    assert run(monkeypatch, "verify") == 1
    assert capsys.readouterr().out == "NOT SOUND (removed): record 4 was removed\n"


def test_an_auditor_verifies_without_any_secret(
    environment: Settings, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: Say, tmp_path: Path
) -> None:
    workshop.fill(9)
    pem = tmp_path / "audit.pem"
    assert run(monkeypatch, "public-key") == 0
    pem.write_text(capsys.readouterr().out)
    monkeypatch.setattr(keys, "load", None)
    monkeypatch.setenv("TELLER_MODE", "production")
    monkeypatch.setenv("TELLER_HOME", str(tmp_path / "elsewhere"))
    assert run(monkeypatch, "verify", "--public-key", str(pem), "--checkpoints", str(workshop.place)) == 0
    assert capsys.readouterr().out.startswith("sound: records 1 to 9")


def test_an_auditor_with_another_key_learns_that_it_does_not_fit(
    environment: Settings, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: Say, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    workshop.fill(3)
    pem = tmp_path / "other.pem"
    pem.write_text(public_pem(Ed25519PrivateKey.generate().public_key()))
    assert run(monkeypatch, "verify", "--public-key", str(pem)) == 1
    assert "not trusted here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DATABASE_URL", "postgresql:///nothing?host=/nowhere", "error: the database refuses (OperationalError"),
        ("TELLER_KEYS", "nonsense", "error: TELLER_KEYS must read id:base64"),
        ("TELLER_MODE", "holiday", "error: TELLER_MODE must be demo or production"),
        ("TELLER_AUDIT_CHECKPOINTS", "/dev/null", "there is no signed checkpoint in /dev/null/"),
    ],
)
def test_an_expected_failure_is_one_line(
    environment: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Say, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert run(monkeypatch, "verify") == 1
    told = capsys.readouterr()
    assert message in told.err + told.out
    assert len((told.err + told.out).strip().splitlines()) == 1


def test_retain_says_how_many_months_it_dropped(
    environment: Settings, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    workshop.fill(3)
    assert run(monkeypatch, "retain") == 0
    assert capsys.readouterr().out == "0 months dropped\n"


def test_reanchor_waits_for_no_sealer(
    environment: Settings, workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    workshop.fill(3)
    assert run(monkeypatch, "reanchor") == 1
    assert capsys.readouterr().err == "error: a sealer is running: stop it first\n"


def test_pseudonym_names_somebody_as_the_records_do(
    environment: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    assert run(monkeypatch, "pseudonym", "customer", "42") == 0
    assert capsys.readouterr().out.strip() == Pseudonyms(keys.load(environment)).of("customer", "42")
