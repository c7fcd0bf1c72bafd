"""The core bank: ledger, customers' things, policy tables; the SQL lies beside, in 0002_bank/.

Personal fields and account numbers are sealed by the bank before they arrive (`actions.bank.sealing`);
`iban_hash` is a keyed fingerprint, so that equal numbers can be found without being readable.
"""

from pathlib import Path

from alembic import op

revision = "0002_bank"
down_revision = "0001_foundation"


def upgrade() -> None:
    for script in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.execute(script.read_text())
