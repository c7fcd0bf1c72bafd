"""What is said in a conversation outside a turn of Rasa's: an agent's words, a notice, words for an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rasa.core.lock_store import LockError, LockStore
from rasa.shared.core.events import AgentUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from custom_components.security.errors import Conflict, Missing
from custom_components.tracker_store.store import PostgresTrackerStore

_PATIENCE_SECONDS = 5.0


class Asides:
    """Conversations that are added to between their turns; every addition is scrubbed and stored as a turn's are."""

    def __init__(self, store: PostgresTrackerStore, locks: LockStore) -> None:
        self._store = store
        self._locks = locks

    @asynccontextmanager
    async def between_turns(self, session_id: str) -> AsyncIterator[DialogueStateTracker | None]:
        """The conversation while no turn of it runs, saved afterwards; None for one that has not begun.

        Raises LockError while a turn runs on and on.
        """
        async with self._locks.lock(session_id, wait_time_in_seconds=_PATIENCE_SECONDS):
            tracker = await self._store.retrieve(session_id)
            yield tracker
            if tracker is not None:
                await self._store.save(tracker)

    async def agent_says(self, session_id: str, text: str) -> None:
        """Add an agent's words; raises Missing where the conversation is gone, Conflict while a turn runs."""
        try:
            async with self.between_turns(session_id) as tracker:
                if tracker is None:
                    raise Missing("conversation_erased", "The customer has erased this conversation.")
                tracker.update(AgentUttered(text))
        except LockError:
            raise Conflict("turn_running", "A message is still being answered.", retry_after=2) from None

    async def customer_says(self, session_id: str, text: str, channel: str, message_id: str) -> None:
        """Add words that are meant for an agent: they name no intent and run no action. Raises Conflict."""
        try:
            async with self.between_turns(session_id) as tracker:
                if tracker is not None:
                    tracker.update(UserUttered(text, input_channel=channel, message_id=message_id))
        except LockError:
            raise Conflict("turn_running", "An earlier message is still being answered.", retry_after=2) from None

    async def was_said(self, session_id: str, mark: str) -> bool:
        """Whether a message that carries this mark is in the conversation."""
        after = 0
        while rows := await self._store.history(session_id, after):
            if any((row["payload"].get("metadata") or {}).get("notice") == mark for row in rows):
                return True
            after = rows[-1]["seq"]
        return False
