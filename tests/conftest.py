"""Real servers for the tests: one embedded PostgreSQL and Redis in a temporary home, migrated once."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from common import database, embedded
from common.settings import Settings, load


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of an empty, migrated demo house that disappears after the tests."""
    with tempfile.TemporaryDirectory(prefix="teller-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        patch.setenv("TELLER_HOME", folder)
        for name in ("DATABASE_URL", "REDIS_URL", "TELLER_KEYS", "TELLER_MODE"):
            patch.delenv(name, raising=False)
        loaded = load()
        database.migrate(loaded)
        yield loaded
        embedded.stop(Path(folder))


@pytest.fixture(scope="module")
def own_database(settings: Settings) -> Settings:
    """The same house with a new, migrated database, for tests that change what others read."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    own = dataclasses.replace(settings, database_url=settings.database_url.replace("/postgres?", f"/{name}?"))
    assert own != settings
    database.migrate(own)
    return own
