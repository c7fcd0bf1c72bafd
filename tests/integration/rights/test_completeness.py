"""No table that belongs to a customer can be left out of the copy that the customer is given, or of their erasure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio
import yaml

from actions.bank.bootstrap import open_bank
from actions.bank.repository import notices, personal
from actions.bank.repository.personal import BELONGS, SEALED, WITHHELD
from actions.bank.seed import seed
from actions.bank.services import Bank
from actions.bank.use_cases.operations import Order
from common.demo import CUSTOMERS
from common.settings import Settings

REACHED = """
    WITH RECURSIVE links AS (
        SELECT conrelid AS child, confrelid AS parent FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'bank'::regnamespace AND conrelid <> confrelid
    ), reached AS (
        SELECT 'bank.customers'::regclass::oid AS id
        UNION SELECT links.child FROM links JOIN reached ON links.parent = reached.id
    )
    SELECT relname FROM reached JOIN pg_class ON pg_class.oid = reached.id
"""


@pytest.fixture(scope="module")
def seeded(own_database: Settings) -> Settings:
    asyncio.run(seed(own_database))
    return own_database


@pytest_asyncio.fixture
async def bank(seeded: Settings) -> AsyncIterator[Bank]:
    opened = await open_bank(seeded, connections=2)
    yield opened
    await opened.close()


def test_every_table_that_leads_to_a_customer_is_exported_or_withheld_on_purpose(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as connection:
        reached = {row[0] for row in connection.execute(REACHED)}
        named = {
            row[0]
            for row in connection.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'bank' AND column_name = 'customer_id'"
            )
        }
    assert reached | named <= named | set(BELONGS) | WITHHELD
    assert len(reached) > 25


def test_every_table_of_every_schema_is_copied_or_withheld_for_a_reason(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as connection:
        found = {
            f"{schema}.{table}"
            for schema, table in connection.execute(
                "SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE relkind IN ('r', 'p') AND NOT relispartition AND nspname !~ '^pg_'"
                " AND nspname NOT IN ('information_schema', 'public')"
            )
        }
    tables, offers = _yaml("tables.yml"), set(_yaml("columns.yml")["offer"])
    told = [*tables["copied"], *tables["copied_elsewhere"], *tables["withheld"]]
    assert len(told) == len(set(told))
    assert found - offers - set(told) == set(tables["nobodys"]), "say so in tables.yml"
    assert set(told) - found == set()
    assert all(tables["withheld"].values())


async def test_the_copy_has_what_the_list_says(bank: Bank) -> None:
    async with bank.rights.pool.connection() as connection:
        copied = await personal.everything(connection, bank.rights.sealer, CUSTOMERS["alex"])
    assert {f"bank.{table}" for table in copied} == set(_yaml("tables.yml")["copied"])
    text = json.dumps(copied, default=str)
    for known in ("Maya Fernandes", "cinema", "iPhone 14", "14 Calder Street", "alex.morgan@example.com"):
        assert known in text
    assert "memoryview" not in text
    assert "\\\\x" not in text


async def test_after_an_erasure_no_sealed_column_has_a_byte_of_the_customer(bank: Bank, seeded: Settings) -> None:
    """Nor any table that a notice, a device or a payee's name once stood in; the ledger's rows stay."""
    customer = CUSTOMERS["priya"]
    order = Order(details={"detail": "phone", "value": "+44 7700 900111"})
    await bank.operations.prepare(customer, "edit_detail", order)
    await bank.complaints.open(customer, "a talk", "service", "Perpetua was rude")
    async with bank.rights.pool.connection() as connection:
        await notices.add(connection, customer, "bill_due", {"payee": "Maya"}, about="one")
        await connection.execute(  # of a table that is younger than the function that forgets
            "INSERT INTO linked_payments (id, customer_id, state, sealed, created_at, changed_at)"
            " VALUES (gen_random_uuid(), %s, 'asked', %s, now(), now())",
            (customer, b"an order"),
        )
    assert "bank.linked_payments.sealed" in _left(seeded, customer)
    assert _left(seeded, customer)
    await bank.rights.erase(customer)
    assert _left(seeded, customer) == {}
    with psycopg.connect(seeded.database_url) as connection:
        [entries] = connection.execute(
            "SELECT count(*) FROM bank.entries JOIN bank.accounts ON accounts.id = account_id WHERE customer_id = %s",
            (customer,),
        ).fetchall()
    assert entries[0] > 0


def _left(settings: Settings, customer: str) -> dict[str, int]:
    """Sealed column of the bank → how many of the customer's rows still have bytes in it."""
    left = {}
    with psycopg.connect(settings.database_url) as connection:
        for name in (name for name in _yaml("columns.yml")["sealed"] if name.startswith("bank.")):
            _, table, column = name.split(".")
            owner = "id" if table == "customers" else "customer_id"
            [(count,)] = connection.execute(
                f"SELECT count(*) FROM bank.{table} WHERE {owner} = %s AND length({column}) > 1", (customer,)
            ).fetchall()
            if count:
                left[name] = count
    return left


def _yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8"))
    return found


def test_every_sealed_column_is_opened_in_the_copy(settings: Settings) -> None:
    never = {("accounts", "iban_hash"), ("payees", "iban"), ("payees", "iban_hash"), ("funding_cards", "code_hmac")}
    never |= {("open_banking_consents", "sealed"), ("open_banking_consents", "state_hash")}
    with psycopg.connect(settings.database_url) as connection:
        columns = set(
            connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'bank' AND data_type = 'bytea'"
            ).fetchall()
        )
    assert {column for column in columns if column[0] not in WITHHELD} == set(SEALED) | never
