"""Who the demo knows: the customers of the demo bank and its staff."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

LOGINS = ("alex", "sam", "priya", "jonas", "mei", "omar")
STAFF = ("admin", "agent", "designer", "auditor")

CUSTOMERS = {login: str(uuid5(NAMESPACE_URL, f"teller:demo:{login}")) for login in LOGINS}
