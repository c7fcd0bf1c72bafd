"""Where a reader of an account's transactions stands, as an opaque text that carries the filter along."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from actions.bank.errors import InvalidRequest


def pack(account_id: str, *fields: str | datetime | None) -> str:
    said = [field.isoformat() if isinstance(field, datetime) else field for field in fields]
    return base64.urlsafe_b64encode(json.dumps([account_id, *said]).encode()).decode()


def unpack(cursor: str, account_id: str, count: int) -> list[str | None]:
    """The `count` fields of a cursor; raises InvalidRequest for no cursor, or one of another account."""
    try:
        found = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest() from error
    well_formed = isinstance(found, list) and all(isinstance(field, str | None) for field in found)
    if not well_formed or len(found) != count + 1 or found[0] != account_id:
        raise InvalidRequest()
    return found[1:]


def moment(text: str | None) -> datetime | None:
    """A field that was a time; raises InvalidRequest."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidRequest() from error
