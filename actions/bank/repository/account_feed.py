"""One account's transactions, page by page: a keyset, so that new lines do not shift the older ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.bank.repository.transactions import Filter
from actions.bank.sealing import CustomerSealer


@dataclass(frozen=True, slots=True)
class AccountFeed(Filter):
    """A filter for `transactions.search`; `after` is the created_at and id of the last line already read."""

    account_id: str | None = None
    after: tuple[datetime, str] | None = None

    def where(self, own: CustomerSealer) -> tuple[str, dict[str, Any]]:
        conditions, parameters = Filter.where(self, own)
        conditions += " AND t.account_id::text = %(account)s"
        parameters["account"] = self.account_id
        if self.after:
            conditions += " AND (t.created_at < %(at)s OR (t.created_at = %(at)s AND t.id > %(line)s::uuid))"
            parameters |= {"at": self.after[0], "line": self.after[1]}
        return conditions, parameters
