"""The audit log: an intake that writers only add to, the sealed log behind it, alerts; the SQL lies in 0010_audit/.

Four roles: `teller_audit_writer` may add to the intake and nothing else, and bank, identity and conversation are
members of it; `teller_audit_sealer` moves records from the intake into the log; `teller_audit` only reads; the
owner makes and drops partitions through functions. Triggers refuse changes to everybody, the owner included.
"""

from pathlib import Path

from alembic import op

revision = "0010_audit"
down_revision = "0007_money"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
