"""No money is ever a float: read from the types of the bank's code and of its tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from common.settings import ROOT, Settings

TIMES_AND_PAUSES = {
    "PAUSE_SECONDS", "LONGEST_PAUSE_SECONDS", "TIMEOUT_SECONDS", "Pause", "first_pause", "longest_pause", "connect",
    "answer", "seconds", "sleep", "made_at", "_likeness",
}  # fmt: skip
"""Names that may hold a float, none of them money: lengths of time, and the likeness of two names."""
RATES = {"fx_rates.per_eur", "transactions.fx_rate"}
"""Columns that may be decimals: exact rates, which are no money."""
MONEY_CODE = [*sorted((ROOT / "actions" / "bank").rglob("*.py")), ROOT / "actions" / "parsing" / "amounts.py"]


def named_floats(path: Path) -> Iterator[str]:
    """`line name` of every annotation, literal and call of `float` in a file that is not on the list above."""
    tree = ast.parse(path.read_text("utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        is_name = isinstance(node, ast.Name) and node.id == "float"
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if (is_name or is_literal) and not TIMES_AND_PAUSES.intersection(around(node, parents)):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def around(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """The names that the value goes to: arguments, targets, keywords, the function that returns it."""
    inner: ast.AST = node
    while (outer := parents.get(inner)) is not None:
        match outer:
            case ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name, returns=returned) | ast.AsyncFunctionDef(name=name, returns=returned):
                if returned is inner or isinstance(inner, ast.Return):
                    yield name
                return
            case ast.Call(func=ast.Attribute(attr=name)):
                yield name
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), *_]):
                yield name
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from (leaf.id for leaf in ast.walk(target) if isinstance(leaf, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Return():
                function = parents.get(outer)
                while function is not None and not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    function = parents.get(function)
                if function is not None:
                    yield function.name
        inner = outer


@pytest.mark.parametrize("path", MONEY_CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_of_the_bank_names_a_float(path: Path) -> None:
    assert list(named_floats(path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "amount: float = 0",
        "def f(price: float | None): ...",
        "fee = 0.1",
        "def f() -> list[float]: ...",
        "x = float(y)",
    ],
)
def test_the_reader_sees_a_float_wherever_it_stands(tmp_path: Path, source: str) -> None:
    path = ROOT / "actions" / "bank" / "rules.py"
    assert list(named_floats(path)) == []
    fake = tmp_path / "money.py"
    fake.write_text(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.contract.test_no_float_in_money.ROOT", tmp_path)
        assert list(named_floats(fake)) == ["money.py:1"]


def test_no_column_of_the_bank_is_inexact_and_money_is_whole(settings: Settings) -> None:
    sql = """
        SELECT table_name || '.' || column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'bank' ORDER BY 1
    """
    with psycopg.connect(settings.database_url) as connection:
        found: dict[str, Any] = dict(connection.execute(sql).fetchall())
    assert len(found) > 200
    assert {name for name, kind in found.items() if kind in ("real", "double precision", "money")} == set()
    assert {name for name, kind in found.items() if kind == "numeric"} == RATES
    money = {name: kind for name, kind in found.items() if name.endswith("_minor")}
    assert len(money) > 20
    assert set(money.values()) == {"bigint"}
