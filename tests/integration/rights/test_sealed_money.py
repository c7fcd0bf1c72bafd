"""Names of people and their words in the bank's tables: found again by their customer, unreadable to everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
from cryptography.exceptions import InvalidTag
from psycopg.rows import dict_row

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.errors import NotFound
from actions.bank.model.money import Money
from actions.bank.repository import notices, transactions
from actions.bank.resealing import reseal
from actions.bank.seed import seed
from actions.bank.services import Bank
from actions.bank.use_cases.operations import Order
from common.customer_seal import MARK
from common.demo import CUSTOMERS
from common.keys import load as load_keys
from common.settings import Settings
from tests.sealed_rows import seal_of

ALEX, JONAS = CUSTOMERS["alex"], CUSTOMERS["jonas"]
Sql = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="module")
def seeded(own_database: Settings) -> Settings:
    asyncio.run(seed(own_database))
    return own_database


@pytest_asyncio.fixture
async def bank(seeded: Settings) -> AsyncIterator[Bank]:
    opened = await open_bank(seeded, connections=2)
    yield opened
    await opened.close()


@pytest.fixture
def sql(seeded: Settings) -> Iterator[Sql]:
    with psycopg.connect(seeded.database_url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("SET search_path TO bank, public")
        yield connection


def everything(sql: Sql) -> str:
    tables = sql.execute(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'bank'"
        " AND table_type = 'BASE TABLE'"
    ).fetchall()
    return "\n".join(
        row["text"] for table in tables for row in sql.execute(f"SELECT t::text AS text FROM {table['name']} t")
    )


@pytest.mark.parametrize(
    ("looked_for", "found"),
    [
        ("Maya", {"Maya Fernandes"}),
        ("fernandes MAYA", {"Maya Fernandes"}),
        ("Máya", {"Maya Fernandes"}),
        ("Maya Chen", set()),
        ("May", set()),
        ("Mia", {"Mia Chen"}),
        ("Tesco", {"Tesco"}),
        ("tesc", {"Tesco"}),
        ("rent", {"Oakwood Lettings"}),
        ("…", set()),
    ],
)
async def test_people_are_found_by_whole_words_and_merchants_by_parts(
    bank: Bank, looked_for: str, found: set[str]
) -> None:
    page = await bank.accounts.transactions(ALEX, merchant=looked_for, limit=100)
    assert {item.counterparty for item in page.items} == found
    assert page.count == len(page.items)


async def test_a_name_of_one_customer_is_another_fingerprint_of_the_next(bank: Bank, sql: Sql) -> None:
    keyring = bank.accounts.sealer
    async with bank.accounts.pool.connection() as connection:
        own, other = [await keyring.of(connection, customer) for customer in (ALEX, JONAS)]
    assert own.words("Alex Morgan") == own.words("morgan, alex")[::-1]
    assert set(own.words("Alex Morgan")).isdisjoint(other.words("Alex Morgan"))


def test_nothing_personal_of_the_seeded_bank_stands_in_the_clear(sql: Sql) -> None:
    stored = everything(sql)
    assert [
        name for name in ("Maya", "Fernandes", "Oakwood", "Brightwell", "cinema", "Galaxy S23") if name in stored
    ] == []
    assert "Tesco" in stored, "the search would find what stands there"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transactions SET counterparty = 'Maya' WHERE kind = 'transfer'",
        "UPDATE transactions SET reference = 'for Maya' WHERE kind = 'transfer'",
        "UPDATE transactions SET kind = 'transfer' WHERE kind = 'card_payment'",
        "UPDATE payment_intents SET purpose = 'send to Maya'",
        """UPDATE payment_intents SET details = '{"value": "1 New Street"}'""",
        "UPDATE devices SET name = 'Maya''s phone'",
    ],
)
async def test_the_tables_refuse_what_is_not_sealed(bank: Bank, sql: Sql, statement: str) -> None:
    await bank.operations.prepare(ALEX, "edit_detail", Order(details={"detail": "phone", "value": "+44 7700 900111"}))
    with pytest.raises(psycopg.errors.CheckViolation, match="only sealed"):
        sql.execute(statement)


async def test_what_an_operation_is_about_is_sealed_from_its_first_moment(bank: Bank, sql: Sql) -> None:
    address = "27 Quillfeather Row, Hexham"
    order = Order(details={"detail": "address", "value": address, "country": "GB"})
    prepared = await bank.operations.prepare(ALEX, "edit_detail", order)
    [row] = sql.execute("SELECT * FROM payment_intents WHERE key = %s", (prepared.key,)).fetchall()
    assert row["sealed"]
    assert "Quillfeather" not in everything(sql)


async def test_a_sealed_line_opens_nowhere_else(bank: Bank, sql: Sql) -> None:
    lines = sql.execute(
        "SELECT id, sealed FROM transactions WHERE customer_id = %s AND kind = 'transfer' LIMIT 2", (JONAS,)
    ).fetchall()
    first, second = lines
    sql.execute("UPDATE transactions SET sealed = %s WHERE id = %s", (second["sealed"], first["id"]))
    with pytest.raises(InvalidTag):
        await bank.accounts.transactions(JONAS, kind="transfer")
    sql.execute("UPDATE transactions SET sealed = %s WHERE id = %s", (first["sealed"], first["id"]))
    assert (await bank.accounts.transactions(JONAS, kind="transfer")).count >= len(lines)


async def test_a_returned_transfer_is_told_with_a_name_that_only_its_customer_can_open(
    bank: Bank, seeded: Settings, sql: Sql
) -> None:
    [line] = sql.execute(
        "SELECT id FROM transactions WHERE customer_id = %s AND kind = 'transfer' AND direction = 'out'"
        " AND status = 'completed' ORDER BY created_at DESC LIMIT 1",
        (ALEX,),
    ).fetchall()
    [wanted] = [i for i in (await bank.accounts.transactions(ALEX, limit=100)).items if i.id == str(line["id"])]
    async with bank.accounts.pool.connection() as connection:
        await transactions.set_returned(connection, str(line["id"]), "account_closed", utc_now())
        await notices.add(
            connection, ALEX, "bill_due", {"payee": "Maya Fernandes", "amount": Money(100, "GBP")}, about="bill 1"
        )
    own = seal_of(sql, load_keys(seeded), ALEX)
    told = {
        row["kind"]: (row["facts"], own.open(row["sealed"], row["sealed_as"]))
        for row in sql.execute("SELECT * FROM notices WHERE customer_id = %s", (ALEX,))
    }
    facts, texts = told["transfer_returned"]
    assert texts["counterparty"] == wanted.counterparty
    assert "counterparty" not in facts
    assert told["bill_due"] == ({"amount": {"minor": 100, "currency": "GBP"}}, {"payee": "Maya Fernandes"})


async def test_what_older_versions_wrote_is_sealed_and_then_found(bank: Bank, sql: Sql) -> None:
    [known] = sql.execute(
        "SELECT * FROM transactions WHERE customer_id = %s AND kind = 'transfer' LIMIT 1", (JONAS,)
    ).fetchall()
    line, key, device = uuid4(), uuid4(), uuid4()
    for table in ("transactions", "payment_intents", "devices"):
        sql.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    sql.execute(
        "INSERT INTO transactions (id, customer_id, account_id, kind, status, direction, amount_minor, currency,"
        " counterparty, reference, created_at) VALUES (%s, %s, %s, 'transfer', 'pending', 'out', 700, 'EUR',"
        " 'Ottilie Quast', 'Blumen', now())",
        (line, JONAS, known["account_id"]),
    )
    sql.execute(
        "INSERT INTO payment_intents (customer_id, key, kind, state, details, purpose, outcome, created_at, expires_at,"
        """ executed_at) VALUES (%s, %s, 'edit_detail', 'executed', '{"value": "Eibenweg 4"}', 'change it',"""
        """ '{"detail": "address"}', now(), now(), now())""",
        (JONAS, key),
    )
    sql.execute(
        "INSERT INTO devices (id, customer_id, name, platform, trusted, last_seen)"
        " VALUES (%s, %s, 'Ottilies Telefon', 'ios', true, now())",
        (device, JONAS),
    )
    sql.execute(
        "INSERT INTO notices (customer_id, kind, facts, expires_at) VALUES"
        """ (%s, 'bill_due', '{"payee": "Ottilie Quast", "due": {"day": "2026-01-01"}}', now() + interval '1 day')""",
        (JONAS,),
    )
    for table in ("transactions", "payment_intents", "devices"):
        sql.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    complaint = uuid4()
    by_house = bank.accounts.sealer.seal({"words": "the queue"}, f"complaints.words:{complaint}")
    sql.execute(
        "INSERT INTO complaints (id, session_id, area, words, state, opened_at, final_by)"
        " SELECT %s, 'a guest', area, %s, 'open', now(), now() FROM complaint_times LIMIT 1",
        (complaint, by_house),
    )
    assert "Ottilie" in everything(sql)
    for expected in (5, 0):
        async with bank.accounts.pool.connection() as connection:
            assert await reseal(connection, connection.sealer) == expected
    stored = everything(sql)
    assert [word for word in ("Ottilie", "Quast", "Blumen", "Eibenweg") if word in stored] == []
    [item] = (await bank.accounts.transactions(JONAS, merchant="ottilie")).items
    assert (item.counterparty, item.reference) == ("Ottilie Quast", "Blumen")
    assert await bank.operations.outcome(JONAS, str(key)) == {"detail": "address"}
    assert "Ottilies Telefon" in [one.name for one in await bank.devices.list(JONAS)]
    [row] = sql.execute("SELECT words FROM complaints WHERE id = %s", (complaint,)).fetchall()
    async with bank.accounts.pool.connection() as connection:
        guests = await connection.sealer.of_anyone(connection, None)
    assert row["words"][:1] == MARK, "the key-encryption key it was sealed under may go"
    assert guests.open(row["words"], f"complaints.words:{complaint}") == {"words": "the queue"}


async def test_after_an_erasure_nothing_of_it_can_be_found_or_opened(bank: Bank, sql: Sql) -> None:
    mei = CUSTOMERS["mei"]
    assert (await bank.accounts.transactions(mei, kind="transfer")).count == 1
    await bank.rights.erase(mei)
    with pytest.raises(NotFound):
        await bank.accounts.transactions(mei, kind="transfer")
    left = sql.execute(
        "SELECT counterparty, reference, sealed, words FROM transactions WHERE customer_id = %s"
        " AND kind IN ('transfer', 'top_up')",
        (mei,),
    ).fetchall()
    assert {tuple(row.values()) for row in left} == {("erased", None, None, None)}
    assert sql.execute("SELECT FROM devices WHERE customer_id = %s AND name IS NOT NULL", (mei,)).fetchall() == []
    async with bank.accounts.pool.connection() as connection:
        assert await reseal(connection, connection.sealer) == 0
