"""What tests of the bank share: account numbers that no other test uses, and types of their fixtures."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

MakeCustomer = Callable[..., Awaitable[str]]
OUTSIDE = {"Maya Fernandes": "GB NWBK60161341287705", "Mia Chen": "GB LOYD30963455019273"}
_numbers = itertools.count(50_000_000)


class Pigeonhole:
    """A channel to customers that keeps each one's newest code."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    async def push(self, customer_id: str, kind: str, text: str, code: str | None = None, ttl_s: int = 600) -> None:
        if code is not None:
            self.codes[customer_id] = code


def new_bban() -> str:
    return f"GB TLLR040075{next(_numbers)}"
