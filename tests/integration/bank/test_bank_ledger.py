from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors as sql_errors

from common.database import conninfo
from common.settings import Settings

Sql = psycopg.Connection[Any]


def test_all_entries_sum_to_zero_in_each_posting_and_currency(sql: Sql) -> None:
    assert sql.execute("SELECT count(*) > 50 FROM bank.entries").fetchone() == (True,)
    broken = "SELECT posting_id FROM bank.entries GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0"
    assert sql.execute(broken).fetchall() == []


def test_every_balance_is_the_sum_of_its_entries(sql: Sql) -> None:
    differing = """
        SELECT accounts.id FROM bank.accounts LEFT JOIN bank.entries ON entries.account_id = accounts.id
        WHERE kind = 'customer' GROUP BY accounts.id HAVING balance_minor <> coalesce(sum(amount_minor), 0)
    """
    assert sql.execute(differing).fetchall() == []


@pytest.mark.parametrize("table", ["entries", "postings"])
@pytest.mark.parametrize(
    "statement", ["UPDATE bank.{} SET created_at = now()", "DELETE FROM bank.{}", "TRUNCATE bank.{} CASCADE"]
)
def test_not_even_the_administrator_changes_the_ledger(sql: Sql, table: str, statement: str) -> None:
    with pytest.raises(sql_errors.RestrictViolation):
        sql.execute(statement.format(table))


@pytest.mark.parametrize("statement", ["UPDATE entries SET amount_minor = 1", "DELETE FROM postings"])
def test_the_banks_own_role_may_not_even_try(bank_settings: Settings, statement: str) -> None:
    with psycopg.connect(conninfo(bank_settings, "bank")) as connection:
        with pytest.raises(sql_errors.InsufficientPrivilege):
            connection.execute(statement)


def account(sql: Sql, currency: str = "GBP") -> Any:
    found = sql.execute(
        "SELECT id FROM bank.accounts WHERE kind = 'customer' AND currency = %s ORDER BY id LIMIT 1", (currency,)
    ).fetchone()
    assert found
    return found[0]


def test_a_posting_that_does_not_sum_to_zero_is_refused_at_the_commit(bank_settings: Settings, sql: Sql) -> None:
    posting = uuid4()
    with psycopg.connect(conninfo(bank_settings, "bank")) as connection:
        connection.execute("INSERT INTO postings VALUES (%s, 'test', 'test', now())", (posting,))
        connection.execute(
            "INSERT INTO entries (posting_id, account_id, amount_minor, currency, created_at)"
            " VALUES (%s, %s, 100, 'GBP', now())",
            (posting, account(sql)),
        )
        with pytest.raises(sql_errors.CheckViolation):
            connection.commit()
    assert sql.execute("SELECT FROM bank.postings WHERE id = %s", (posting,)).fetchall() == []


def test_an_entry_in_a_foreign_currency_or_an_overdraft_is_refused(sql: Sql) -> None:
    posting = uuid4()
    sql.execute("INSERT INTO bank.postings VALUES (%s, 'test', 'test', now())", (posting,))
    with pytest.raises(sql_errors.ForeignKeyViolation):
        sql.execute(
            "INSERT INTO bank.entries (posting_id, account_id, amount_minor, currency, created_at)"
            " VALUES (%s, %s, 100, 'EUR', now())",
            (posting, account(sql, "GBP")),
        )
    with pytest.raises(sql_errors.CheckViolation):
        sql.execute("UPDATE bank.accounts SET balance_minor = -1 WHERE id = %s", (account(sql),))
