"""Accounts at other banks; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0017_linked_accounts"
down_revision = "0016_sealed_money"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
