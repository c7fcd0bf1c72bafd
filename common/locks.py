"""PostgreSQL's advisory locks by number: one list, since two uses of a number would wait for each other for ever."""

from __future__ import annotations

MIGRATIONS = 7355608
AUDIT_SEALER = 7355609
DEMO_SEED = 7355610
SCHEDULER = 7355611
