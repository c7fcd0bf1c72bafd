"""Every setting that the program reads from the environment is explained to operators."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("common", "actions", "custom_components", "training", "deploy")
_NAME = re.compile(r"[\"'](TELLER_[A-Z][A-Z0-9_]+|DATABASE_URL|REDIS_URL)[\"']")
READ = sorted(
    {name for room in ROOMS for path in (ROOT / room).rglob("*.py") for name in _NAME.findall(path.read_text())}
)
DOCS = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md"))


def test_settings_are_found_at_all() -> None:
    assert {"TELLER_HOME", "DATABASE_URL", "TELLER_BACKUP_AT"} <= set(READ)


@pytest.mark.parametrize("name", READ)
def test_a_setting_is_documented(name: str) -> None:
    assert f"`{name}" in DOCS
