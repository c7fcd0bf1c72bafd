"""Customers' keys, erasure list, retention; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0013_rights"
down_revision = "0012_conversation"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
