"""No table that belongs to a customer can be left out of the copy that the customer is given."""

from __future__ import annotations

import psycopg

from actions.bank.repository.personal import BELONGS, SEALED, WITHHELD
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
