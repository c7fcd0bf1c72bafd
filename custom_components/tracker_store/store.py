"""Conversations in PostgreSQL: append-only, scrubbed at the moment of writing, safe with two writers.

A tracker remembers which sequence number it was loaded at. Saving appends what came after, in one
transaction with the vault; when another writer was there first, the events go behind its own.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from psycopg import AsyncConnection, Error, errors
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from common import database, keys
from common import settings as house
from common.privacy.fragments import NUMBER
from common.privacy.recognizers.card_number import holds_card_number
from common.privacy.scrubber import Scrubber
from common.privacy.vault import Vault, VaultError
from custom_components.privacy.events import REFERENCE, Batch, DialogueState, EventScrubber, naming
from custom_components.tracker_store.broker import CommittedOnly

_log = logging.getLogger(__name__)

_Pool = AsyncConnectionPool[AsyncConnection[dict[str, Any]]]
_ATTEMPTS = 8
_POSITION = "_teller_position"
_PLAIN_ID = re.compile(r"(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{8,64}")


class TrackerStoreError(RuntimeError):
    """A conversation cannot be read or written just now; the message says nothing of its content."""


@dataclass
class _Position:
    """How much of a tracker is stored: its first `events` events, the last of them as number `seq`."""

    events: int
    seq: int
    state: DialogueState


class PostgresTrackerStore(TrackerStore):
    """Rasa's tracker store on the house's database; takes its settings from the environment at first use.

    `scrubber` and `settings` are for whoever puts a process or a test together by hand.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        scrubber: Scrubber | None = None,
        settings: house.Settings | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, CommittedOnly(event_broker) if event_broker else None)
        self._broker = event_broker
        self._scrubber = scrubber or Scrubber()
        self._settings = settings
        self._opening = asyncio.Lock()
        self._pool: _Pool | None = None
        self._vault: Vault
        self._events: EventScrubber
        self._pseudonym: Callable[[str], str]

    async def open(self) -> _Pool:
        """The pool, opened on the running loop; also loads the scrubber's models."""
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    settings = self._settings or house.load()
                    keyring = keys.load(settings)
                    self._pseudonym = _Pseudonym(keyring.derive("conversation-id"))
                    self._events = EventScrubber(self._scrubber, self._pseudonym)
                    self._vault = Vault(keyring, self._scrubber.policy.vault_seconds)
                    await asyncio.to_thread(self._scrubber.warm_up)
                    self._pool = cast(_Pool, await database.open_pool(settings, "conversation"))
        return self._pool

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the tracker's new events; publish them, scrubbed, after the commit."""
        pool = await self._opened()
        key = self._key(tracker.sender_id)
        position: _Position = getattr(tracker, _POSITION, None) or _Position(0, 0, DialogueState())
        fresh: list[Event] = list(islice(tracker.events, position.events, None))
        if not fresh:
            return
        state = DialogueState(position.state.requested_slot, position.state.fragment)
        batch = self._events.scrub([event.as_dict() for event in fresh], state, self._known_values(tracker))
        try:
            seq, written = await self._append(pool, key, position.seq, batch)
        except (Error, PoolTimeout, VaultError) as error:
            raise TrackerStoreError(f"conversation not saved: {type(error).__name__}") from error
        setattr(tracker, _POSITION, _Position(len(tracker.events), seq, state))
        for payload in written if self._broker else ():
            self._broker.publish({"sender_id": key, **payload})  # type: ignore[union-attr]

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The latest session of a conversation, with the values its forms need."""
        return await self._load(sender_id, all_sessions=False)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Every session of a conversation."""
        return await self._load(conversation_id, all_sessions=True)

    async def exists(self, conversation_id: str) -> bool:
        rows = await self._rows("SELECT 1 FROM events WHERE conversation_id = %s LIMIT 1", conversation_id)
        return bool(rows)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations; pseudonyms where an id could have said something."""
        pool = await self._opened()
        async with pool.connection() as connection:
            cursor = await connection.execute("SELECT DISTINCT conversation_id FROM events")
            return [row["conversation_id"] for row in await cursor.fetchall()]

    async def history(self, conversation_id: str, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
        """Scrubbed events as they are stored, oldest first: `{"seq", "type", "created_at", "payload"}`."""
        return await self._rows(
            "SELECT seq, type, created_at, payload FROM events WHERE conversation_id = %s AND seq > %s"
            " ORDER BY seq LIMIT %s",
            conversation_id,
            after,
            limit,
        )

    async def erase(self, conversation_id: str) -> int:
        """Delete a conversation with its vault and its key; how many events there were."""
        pool = await self._opened()
        key = self._key(conversation_id)
        async with pool.connection() as connection:
            await connection.execute("DELETE FROM data_keys WHERE conversation_id = %s", (key,))
            cursor = await connection.execute("DELETE FROM events WHERE conversation_id = %s", (key,))
            return cursor.rowcount

    async def _opened(self) -> _Pool:
        try:
            return await self.open()
        except (Error, PoolTimeout) as error:
            raise TrackerStoreError(f"conversation store unreachable: {type(error).__name__}") from error

    async def _rows(self, query: str, conversation_id: str, *rest: Any) -> list[dict[str, Any]]:
        pool = await self._opened()
        try:
            async with pool.connection() as connection:
                cursor = await connection.execute(query, (self._key(conversation_id), *rest))  # type: ignore[arg-type]
                return list(await cursor.fetchall())
        except (Error, PoolTimeout) as error:
            raise TrackerStoreError(f"conversation not read: {type(error).__name__}") from error

    def _key(self, sender_id: str) -> str:
        """The id as it is stored: pseudonymous unless it is plainly opaque."""
        plain = _PLAIN_ID.fullmatch(sender_id) and not holds_card_number(re.sub("[_-]", "", sender_id))
        return sender_id if plain else self._pseudonym(sender_id)

    def _known_values(self, tracker: DialogueStateTracker) -> list[str]:
        policy = self._scrubber.policy
        named = (slot.value for slot in tracker.slots.values() if policy.is_known_value(slot.name))
        return [text for value in named for text in naming(value, policy)]

    async def _append(self, pool: _Pool, key: str, seq: int, batch: Batch) -> tuple[int, list[dict[str, Any]]]:
        payloads = batch.payloads
        for _ in range(_ATTEMPTS):
            try:
                async with pool.connection() as connection, connection.transaction():
                    await self._insert(connection, key, seq, payloads)
                    if batch.clear_all or batch.cleared:
                        await self._vault.forget(connection, key, None if batch.clear_all else batch.cleared)
                    await self._vault.store(connection, key, batch.vault)
                return seq + len(payloads), payloads
            except errors.UniqueViolation:
                seq, payloads = await self._behind_others(pool, key, seq, payloads)
                if not payloads:
                    return seq, []
        raise TrackerStoreError(f"conversation not saved: {_ATTEMPTS} other writers came first")

    @staticmethod
    async def _insert(connection: AsyncConnection[Any], key: str, seq: int, payloads: Sequence[dict[str, Any]]) -> None:
        numbers = range(seq + 1, seq + 1 + len(payloads))
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO events (conversation_id, seq, type, created_at, payload) VALUES (%s, %s, %s, %s, %s)",
                [
                    (key, number, payload["event"], payload["timestamp"], Jsonb(payload))
                    for number, payload in zip(numbers, payloads, strict=True)
                ],
            )

    async def _behind_others(
        self, pool: _Pool, key: str, seq: int, payloads: list[dict[str, Any]]
    ) -> tuple[int, list[dict[str, Any]]]:
        """The newest sequence number, and those of `payloads` that nobody has written yet.

        An own event is there already when a commit succeeded whose answer was lost.
        """
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT seq, type, created_at FROM events WHERE conversation_id = %s AND seq > %s", (key, seq)
            )
            rows = await cursor.fetchall()
        there = {(row["type"], row["created_at"]) for row in rows}
        return (
            max((row["seq"] for row in rows), default=seq),
            [payload for payload in payloads if (payload["event"], payload["timestamp"]) not in there],
        )

    async def _load(self, sender_id: str, *, all_sessions: bool) -> DialogueStateTracker | None:
        pool = await self._opened()
        key = self._key(sender_id)
        try:
            async with pool.connection() as connection:
                cursor = await connection.execute(
                    "SELECT seq, payload FROM events WHERE conversation_id = %(key)s AND (%(all)s OR seq >= COALESCE("
                    "(SELECT max(seq) FROM events WHERE conversation_id = %(key)s AND type = 'session_started'), 0))"
                    " ORDER BY seq",
                    {"key": key, "all": all_sessions},
                )
                rows = await cursor.fetchall()
                values = await self._vault.load(connection, key) if any(map(_is_reference, rows)) else {}
        except (Error, PoolTimeout, VaultError, keys.KeyringError) as error:
            raise TrackerStoreError(f"conversation not read: {type(error).__name__}") from error
        if not rows:
            return None
        return self._rebuild(sender_id, rows, values)

    def _rebuild(self, sender_id: str, rows: list[dict[str, Any]], values: dict[str, Any]) -> DialogueStateTracker:
        tracker = self.init_tracker(sender_id)
        fragment = False
        for row in rows:
            payload = row["payload"]
            if payload.get("event") == "user":
                fragment = NUMBER in (payload.get("text") or "")
            if _is_reference(row):
                payload["value"] = values.get(payload["value"][REFERENCE])
            try:
                event = Event.from_parameters(payload)
            except Exception as error:
                raise TrackerStoreError(f"stored event {row['seq']} unreadable: {type(error).__name__}") from error
            if event is not None:
                tracker.update(event, self.domain)
        requested = tracker.get_slot("requested_slot")
        state = DialogueState(requested if isinstance(requested, str) else None, fragment)
        setattr(tracker, _POSITION, _Position(len(tracker.events), rows[-1]["seq"], state))
        return tracker


class _Pseudonym:
    """A keyed hash in place of an identifier that a client chose."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, text: str) -> str:
        return "p-" + hmac.new(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:40]


def _is_reference(row: dict[str, Any]) -> bool:
    value = row["payload"].get("value")
    return isinstance(value, dict) and REFERENCE in value
