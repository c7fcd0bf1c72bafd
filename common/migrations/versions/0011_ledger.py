"""Two-phase transfers, scheduled payments and the worker's leases; SQL beside it."""

from pathlib import Path

from alembic import op

revision = "0011_ledger"
down_revision = "0010_audit"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
