"""The bank as this process holds it: opened once, at the first turn, on the action server's event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from actions.bank.bootstrap import open_bank
from actions.bank.seed import seed
from actions.bank.services import Bank
from common import keys, settings
from common.keys import Keyring


@dataclass(frozen=True, slots=True)
class House:
    bank: Bank
    keyring: Keyring


_opening: asyncio.Task[House] | None = None


async def house() -> House:
    """The open house; a failed opening is tried again by the next turn."""
    global _opening
    if _opening is None or (_opening.done() and (_opening.cancelled() or _opening.exception())):
        _opening = asyncio.create_task(_open())
    return await asyncio.shield(_opening)


async def close() -> None:
    """Give the house's connections back, if it was ever opened."""
    global _opening
    opening, _opening = _opening, None
    if opening is not None and opening.done() and not opening.cancelled() and opening.exception() is None:
        await opening.result().bank.close()


async def _open() -> House:
    read = await asyncio.to_thread(settings.load)
    if read.demo:
        await seed(read)
    return House(bank=await open_bank(read), keyring=keys.load(read))
