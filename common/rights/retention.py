"""How long each class of data is kept, and how it ends. The ledger and the audit are kept for seven years: the audit's
own job ends its months (common/audit/retention.py); entries of the ledger never end here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from common import database
from common.audit.record import SYSTEM, AuditRecord, Value
from common.audit.writer import note
from common.database import Owner
from common.settings import Settings


@dataclass(frozen=True)
class Rule:
    """`end` is one statement of the owner's, with the time to keep as its parameter `keep`."""

    data: str
    owner: Owner
    keep: timedelta
    end: str


_YEAR = timedelta(days=366)

RULES = (
    Rule("conversations", "conversation", timedelta(days=396), "SELECT drop_partitions(%(keep)s)"),
    Rule(
        "values of open forms",
        "conversation",
        timedelta(0),
        "DELETE FROM vault WHERE expires_at <= now() - %(keep)s",
    ),
    Rule(
        "keys of guests' conversations",
        "keys",
        timedelta(days=2),
        "DELETE FROM data_keys d WHERE owner LIKE 'conversation:%%' AND created_at <= now() - %(keep)s",
    ),
    Rule("first answers", "identity", timedelta(0), "DELETE FROM answers WHERE expires_at <= now() - %(keep)s"),
    Rule("refresh tokens", "identity", timedelta(0), "DELETE FROM refresh_tokens WHERE expires_at <= now() - %(keep)s"),
    Rule("revocations", "identity", timedelta(0), "DELETE FROM revoked_tokens WHERE expires_at <= now() - %(keep)s"),
    Rule("sessions", "identity", timedelta(days=396), "DELETE FROM sessions WHERE last_seen_at <= now() - %(keep)s"),
    Rule(
        "hashes of second-factor codes",
        "bank",
        timedelta(days=90),
        "DELETE FROM step_up_challenges WHERE expires_at <= now() - %(keep)s",
    ),
    Rule("secure views", "bank", _YEAR, "DELETE FROM secure_views WHERE expires_at <= now() - %(keep)s"),
    Rule("notices", "bank", timedelta(days=90), "DELETE FROM notices WHERE expires_at <= now() - %(keep)s"),
    Rule(
        "talks with agents",
        "bank",
        timedelta(days=396),
        "DELETE FROM handoff_tickets WHERE status = 'closed' AND closed_at <= now() - %(keep)s",
    ),
    Rule(
        "consents at other banks",
        "bank",
        timedelta(days=90),
        "DELETE FROM open_banking_consents WHERE expires_at <= now() - %(keep)s",
    ),
)


async def retain(settings: Settings) -> dict[str, int]:
    """End everything that is past its time; class of data → rows (months, for conversations) that went."""
    gone: dict[str, int] = {}
    for owner in dict.fromkeys(rule.owner for rule in RULES):
        pool = await database.open_pool(settings, owner, max_size=1)
        try:
            for rule in (rule for rule in RULES if rule.owner == owner):
                async with pool.connection() as connection:
                    # Ignored below: a constant of RULES
                    cursor = await connection.execute(rule.end, {"keep": rule.keep})  # type: ignore[arg-type]
                    row = await cursor.fetchone() if cursor.description else None
                    gone[rule.data] = int(next(iter(row.values()))) if row else cursor.rowcount
        finally:
            await pool.close()
    await asyncio.to_thread(_tell, settings, sum(gone.values()))
    return gone


def _tell(settings: Settings, items: int) -> None:
    details: dict[str, Value] = {"action": "retention_run", "items": items}
    note(settings, AuditRecord("admin_action", SYSTEM, "done", channel="command", details=details))
