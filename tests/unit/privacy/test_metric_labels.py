"""Nothing a customer wrote becomes the label of a metric."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# What a label may say: a closed set of values each.
ALLOWED = frozenset(
    [
        "method",
        "route",
        "status",
        "stage",
        "channel",
        "intent",
        "outcome",
        "kind",
        "reason",
        "engine",
        "component",
        "rule",
    ]
)
METRICS = ("Counter", "Gauge", "Histogram", "Summary")


def label_names() -> dict[str, set[str]]:
    """File → names of labels in the metrics it defines."""
    found: dict[str, set[str]] = {}
    for room in ("common", "actions", "custom_components"):
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if not any(
                isinstance(node, ast.ImportFrom) and node.module == "prometheus_client" for node in ast.walk(tree)
            ):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in METRICS:
                    lists = [argument for argument in node.args[2:] if isinstance(argument, ast.List | ast.Tuple)]
                    # Ignored below: a keyword of a list
                    lists += [word.value for word in node.keywords if word.arg == "labelnames"]  # type: ignore[misc]
                    for each in lists:
                        found.setdefault(path.name, set()).update(ast.literal_eval(each))
    return found


def test_labels_come_from_closed_sets() -> None:
    found = label_names()
    assert found, "the metrics have moved"
    assert {name: labels - ALLOWED for name, labels in found.items() if labels - ALLOWED} == {}
