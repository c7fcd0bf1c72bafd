"""Every column of every schema that could hold a text has its class of content in columns.yml."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import psycopg
import pytest
import yaml

from common.settings import Settings

CLASSES: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("columns.yml").read_text("utf-8"))
# Two or three letters (a country, a currency) and numbers identify nobody.
COLUMNS = """
    SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), c.relkind
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
        AND format_type(a.atttypid, a.atttypmod) !~
            '^(uuid|boolean|(small|big)?int(eger)?|numeric.*|double precision|date|time.*|character.[23].)(\\[\\])?$'
"""


@pytest.fixture(scope="module")
def columns(settings: Settings) -> dict[str, str]:
    """Column → its type."""
    with psycopg.connect(settings.database_url) as connection:
        return {f"{table}.{column}": kind for table, column, kind, _ in connection.execute(COLUMNS)}


def test_every_column_has_exactly_one_class_and_every_class_only_columns_that_exist(columns: dict[str, str]) -> None:
    offers = set(CLASSES["offer"])
    asked = {column for column in columns if column.rpartition(".")[0] not in offers}
    named = Counter(column for name, members in CLASSES.items() if name != "offer" for column in members)
    assert asked - named.keys() == set(), "classify these in columns.yml"
    assert named.keys() - asked == set(), "these are gone"
    assert [column for column, times in named.items() if times > 1] == []
    assert offers == {column.rpartition(".")[0] for column in columns} & offers


@pytest.mark.parametrize("name", ["sealed", "keyed"])
def test_what_is_said_to_be_bytes_is_bytes(columns: dict[str, str], name: str) -> None:
    readable = {column for column in CLASSES[name] if not columns[column].startswith("bytea")}
    assert readable <= {"identity.users.password_hash"}


def test_a_policy_table_belongs_to_no_customer(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as connection:
        owned = connection.execute(
            "SELECT DISTINCT table_schema || '.' || table_name FROM information_schema.columns"
            " WHERE column_name IN ('customer_id', 'account_id', 'card_id', 'session_id', 'conversation_id')"
        ).fetchall()
    assert {table for (table,) in owned} & set(CLASSES["offer"]) == set()
