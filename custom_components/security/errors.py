"""How a door refuses: one exception tree, one shape.

Refusal                 status, code, message
├── InvalidRequest      400  a malformed request
├── Unauthenticated     401  no token, or a bad one
├── Forbidden           403  a good token without the right
├── Missing             404  nothing here for this caller
│   └── Withheld        404  something, but not this caller's: only the audit hears the difference
├── Conflict            409  contradicts what is already there, or is still running
├── TooLarge            413
├── WrongMediaType      415
├── Unprocessable       422  well-formed, but not what the contract asks for
├── TooMany             429  over a limit, with the seconds to wait
└── Unavailable         503  a part of the house is not ready
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """What a caller may be told: never a stack trace, never the user's text."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class InvalidRequest(Refusal):
    status = 400


class Unauthenticated(Refusal):
    status = 401

    @property
    def headers(self) -> dict[str, str]:
        return super().headers | {"WWW-Authenticate": 'Bearer realm="teller"'}


class Forbidden(Refusal):
    status = 403


class Missing(Refusal):
    status = 404


class Withheld(Missing):
    pass


class Conflict(Refusal):
    status = 409


class TooLarge(Refusal):
    status = 413


class WrongMediaType(Refusal):
    status = 415


class Unprocessable(Refusal):
    status = 422


class TooMany(Refusal):
    status = 429


class Unavailable(Refusal):
    status = 503


def shape(code: str, message: str, trace_id: str) -> dict[str, Any]:
    """The one error body of every door."""
    return {"error": {"code": code, "message": message, "trace_id": trace_id}}
