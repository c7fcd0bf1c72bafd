"""What the questions about cards, PINs, identity and the account read and change; the SQL lies beside it."""

from pathlib import Path

from alembic import op

revision = "0006_cards_and_service"
down_revision = "0005_open_banking"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
