from __future__ import annotations

from pathlib import Path

import pytest

from training import settings

CONFIGS = sorted((Path(__file__).resolve().parents[3] / "training" / "configs").glob("*.yml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    assert settings.read(path).epochs > 0


@pytest.mark.parametrize("line", ["quantisation: int3", "epochs: 0", "learning_rate: 0", "no_such_setting: 1"])
def test_a_wrong_setting_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "run.yml"
    path.write_text(line)
    with pytest.raises(settings.SettingsInvalid):
        settings.read(path)
