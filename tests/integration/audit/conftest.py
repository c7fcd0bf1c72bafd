"""An empty log for each test, in a database of the audit's own, and a folder for its checkpoints."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from common import database as house_database
from common import keys
from common.audit import database, service
from common.audit.database import Sql
from common.audit.metrics import SealerMetrics
from common.audit.sealer import Sealer, become_the_only_one
from common.audit.signing import own_keys, signing_key
from common.settings import ROOT, Settings
from tests.integration.audit.workshop import Workshop

SCRIPTS = sorted((ROOT / "common" / "migrations" / "versions").glob("*_audit/*.sql"))


@pytest.fixture(scope="session")
def audit_settings(settings: Settings) -> Settings:
    """A migrated database in which only the audit's tests work."""
    name = f"audit_{uuid4().hex}"
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    own = dataclasses.replace(settings, database_url=settings.database_url.replace("/postgres?", f"/{name}?"))
    house_database.migrate(own)
    return own


def _begin_anew(settings: Settings) -> None:
    """The schema as the migration makes it, with a log that nobody has used."""
    with psycopg.connect(settings.database_url, autocommit=True) as root:
        root.execute("DROP SCHEMA audit CASCADE")
        root.execute("CREATE SCHEMA audit")
        root.execute("GRANT USAGE ON SCHEMA audit TO teller_audit")
        for script in SCRIPTS:
            root.execute(script.read_text())


@pytest.fixture
def house(audit_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a house whose audit log is empty; its checkpoints lie in the test's folder."""
    monkeypatch.setenv("TELLER_AUDIT_CHECKPOINTS", str(tmp_path))
    _begin_anew(audit_settings)
    return audit_settings


@pytest.fixture
def root(house: Settings) -> Iterator[Sql]:
    """The database's master."""
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        yield connection


@contextmanager
def _workshop(settings: Settings, folder: Path) -> Iterator[Workshop]:
    keyring = keys.load(settings)
    with (
        database.open_connection(settings.database_url, "teller_audit_sealer") as sealing,
        database.open_connection(settings.database_url, "teller_audit") as reading,
    ):
        place = service.place(folder, database.log_id(reading))
        assert become_the_only_one(sealing)
        sealer = Sealer(sealing, place, signing_key(keyring))
        sealer.begin()
        yield Workshop(sealing, reading, sealer, place, signing_key(keyring), own_keys(keyring))


@pytest.fixture
def workshop(house: Settings, tmp_path: Path) -> Iterator[Workshop]:
    """A sealer that works when it is told to, and all it takes to check it."""
    with _workshop(house, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def full_house(audit_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A log, an intake and alerts with something in them, for tests that change nothing."""
    _begin_anew(audit_settings)
    with _workshop(audit_settings, tmp_path_factory.mktemp("checkpoints")) as workshop:
        workshop.fill(6)
    with psycopg.connect(audit_settings.database_url) as root:
        root.execute(
            "INSERT INTO audit.intake (kind, actor, outcome, details) VALUES ('login', 'system', 'done', '{}')"
        )
        root.execute(
            "INSERT INTO audit.alerts (kind, principal, first_sequence, last_sequence, happened_at, facts)"
            " VALUES ('denials', 'x', 1, 1, now(), '{}')"
        )
    return audit_settings


@pytest.fixture
def at_work(house: Settings) -> Iterator[SealerMetrics]:
    """The sealer's service, running until the test ends."""
    stop, metrics, failures = Event(), SealerMetrics(), list[Any]()

    def work() -> None:
        try:
            service.run(dataclasses.replace(house, mode="production"), stop, metrics)
        except Exception as error:
            failures.append(error)

    thread = Thread(target=work)
    thread.start()
    yield metrics
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert failures == []
