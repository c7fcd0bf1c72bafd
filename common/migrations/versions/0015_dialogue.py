"""What forms and operations by chat need; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0015_dialogue"
down_revision = "0014_service_desk"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
