"""A request as Sanic should have read it: bodies without a believable length and unreadable addresses are refused.

Sanic 21.12 believes `Content-Length: -5` and never leaves the loop that reads the body, which stops the whole
server for everybody; and it drops a connection without a word when the address cannot be parsed.
"""

from __future__ import annotations

from typing import Any

from httptools import HttpParserError
from sanic.compat import Header
from sanic.exceptions import InvalidUsage
from sanic.request import Request

# An address at which there is nothing, in place of one that nobody can read.
_NOWHERE = b"/%00"


class CheckedRequest(Request):
    """Raises InvalidUsage where Sanic would go astray; `app.request_class` makes a server use it."""

    def __init__(self, url_bytes: bytes, headers: Header, *args: Any, **kwargs: Any) -> None:
        _require_plain_length(headers)
        try:
            super().__init__(url_bytes, headers, *args, **kwargs)
        except HttpParserError:
            super().__init__(_NOWHERE, headers, *args, **kwargs)


def _require_plain_length(headers: Header) -> None:
    lengths, encodings = headers.getall("content-length", []), headers.getall("transfer-encoding", [])
    believable = all(length.isascii() and length.isdigit() and len(length) <= 18 for length in lengths)
    if not believable or len(lengths) + len(encodings) > 1 or encodings not in ([], ["chunked"]):
        raise InvalidUsage("Bad Request")
