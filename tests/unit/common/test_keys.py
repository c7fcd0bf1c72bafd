from __future__ import annotations

import base64
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from common import keys
from common.settings import Settings

ONE, TWO = base64.b64encode(b"1" * 32).decode(), base64.b64encode(b"2" * 32).decode()


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    return Settings(tmp_path, "demo", "", "", None, 100, 86_400, 5005, 5055)


def test_the_first_key_is_active_and_the_others_still_open(house: Settings) -> None:
    ring = keys.load(replace(house, keys=f"b:{TWO},a:{ONE}"))
    assert ring.active_id == "b"
    assert ring.kek("a") == b"1" * 32


def test_derived_keys_differ_by_purpose_and_survive_rotation(house: Settings) -> None:
    before = keys.load(replace(house, keys=f"a:{ONE}"))
    after = keys.load(replace(house, keys=f"b:{TWO},a:{ONE}"))
    assert before.derive("x") == after.derive("x")
    assert before.derive("x") != before.derive("y")


@pytest.mark.parametrize("text", ["", "a", "a:", "a:AAAA", f":{ONE}", f"a:{ONE}x", "a:***"])
def test_an_unreadable_key_text_says_how_it_must_look(house: Settings, text: str) -> None:
    with pytest.raises(keys.KeyringError, match="id:base64"):
        keys.load(replace(house, keys=text))


def test_demo_keys_are_made_once_and_readable_by_their_owner_only(house: Settings) -> None:
    assert keys.load(house) == keys.load(house)
    assert stat.S_IMODE((house.home / "keys").stat().st_mode) == 0o600
