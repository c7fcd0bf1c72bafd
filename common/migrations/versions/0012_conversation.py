"""Snapshots, partitions and the outbox of conversations; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0012_conversation"
down_revision = "0011_ledger"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
