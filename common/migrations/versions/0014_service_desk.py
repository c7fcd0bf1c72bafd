"""The agents' queue, notices and complaints; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0014_service_desk"
down_revision = "0013_rights"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
