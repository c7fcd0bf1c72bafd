"""Who was turned away at the bank's own doors, told to the audit with a number instead of in floods."""

from __future__ import annotations

from common.audit.pseudonym import Pseudonyms
from common.audit.record import SYSTEM, AuditRecord, Value
from common.audit.tally import Tally


class Denials:
    """Records of refused calls; `close` writes those that still wait."""

    def __init__(self, pseudonyms: Pseudonyms, tally: Tally) -> None:
        self._pseudonyms = pseudonyms
        self._tally = tally

    def note(
        self,
        door: str,
        reason: str,
        *,
        address: str | None = None,
        session_id: str | None = None,
        customer_id: str | None = None,
    ) -> None:
        """A call that was refused: `address` tried it, `customer_id` is whom it claimed, where that is proven."""
        where = self._pseudonyms.of("address", address) if address is not None else None
        details: dict[str, Value] = {"door": door, "reason": reason}
        if where is not None:
            details["address"] = where
        if session_id is not None:
            details["session"] = self._pseudonyms.of("session", session_id)
        subject = self._pseudonyms.of("customer", customer_id) if customer_id is not None else None
        self._tally.add(AuditRecord("access_denied", where or SYSTEM, "refused", subject=subject, details=details))

    async def close(self) -> None:
        await self._tally.close()
