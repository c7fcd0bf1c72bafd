"""Who may import whom: read from the source, so that a wrong import fails before it runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("common", "actions", "custom_components", "training", "deploy")

FORBIDDEN = [
    ("common", ("actions", "custom_components", "training", "deploy", "rasa", "rasa_sdk")),
    ("actions", ("custom_components", "training", "deploy", "rasa")),
    ("actions/bank", ("rasa_sdk",)),
    ("custom_components", ("actions", "training", "deploy", "rasa_sdk")),
    ("training", ("actions", "common", "deploy", "rasa", "rasa_sdk")),
]
WITHOUT_RASA = [
    "custom_components/security",
    "custom_components/intent_classifier/engines",
    "custom_components/intent_classifier/artifact.py",
    "custom_components/intent_classifier/base_files.py",
    "custom_components/intent_classifier/batching.py",
    "custom_components/intent_classifier/in_scope.py",
    "custom_components/intent_classifier/service.py",
    "custom_components/intent_classifier/torch_features.py",
    "custom_components/intent_classifier/base_model.py",
    "custom_components/intent_classifier/encoder.py",
    "custom_components/intent_classifier/head.py",
]


def sources(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def touches(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize(("room", "packages"), FORBIDDEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_room_imports_only_what_it_may(room: str, packages: tuple[str, ...]) -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(room)
        for module in imported(path)
        for package in packages
        if touches(module, package)
    ]
    assert sources(room)
    assert found == []


@pytest.mark.parametrize("place", WITHOUT_RASA)
def test_what_can_be_reused_alone_imports_no_rasa(place: str) -> None:
    assert sources(place)
    assert [m for path in sources(place) for m in imported(path) if touches(m, "rasa")] == []


def test_training_knows_only_the_classifier_of_the_assistant() -> None:
    known = {m for path in sources("training") for m in imported(path) if touches(m, "custom_components")}
    assert known
    assert all(module.startswith("custom_components.intent_classifier") for module in known)
    assert "custom_components.intent_classifier.component" not in known


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_imports_training(room: str) -> None:
    if room != "training":
        assert [m for path in sources(room) for m in imported(path) if touches(m, "training")] == []


def test_packages_hold_no_code() -> None:
    full = [p for room in ROOMS for p in (ROOT / room).rglob("__init__.py") if p.read_text().strip()]
    assert full == []
