"""What the questions about money read and change: cases, whose side a refusal was on, references; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0007_money"
down_revision = "0006_cards_and_service"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
