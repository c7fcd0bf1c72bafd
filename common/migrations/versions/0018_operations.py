"""When the house last did what it does every day; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0018_operations"
down_revision = "0017_linked_accounts"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
