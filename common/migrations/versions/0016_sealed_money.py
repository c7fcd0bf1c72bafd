"""What the ledger knows of other people, sealed; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0016_sealed_money"
down_revision = "0015_dialogue"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
