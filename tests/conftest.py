"""Real servers for the tests: one embedded PostgreSQL and Redis in a temporary home, migrated once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

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
