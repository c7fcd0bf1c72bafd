"""Alembic's entry: one connection, one transaction, plain SQL revisions; two starts at once wait for each other."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from common import locks

url = context.config.attributes["database_url"].replace("postgresql://", "postgresql+psycopg2://", 1)
with create_engine(url, poolclass=pool.NullPool).connect() as connection, connection.begin():
    connection.execute(text(f"SELECT pg_advisory_xact_lock({locks.MIGRATIONS})"))
    context.configure(connection=connection, version_table="teller_migrations")
    with context.begin_transaction():
        context.run_migrations()
