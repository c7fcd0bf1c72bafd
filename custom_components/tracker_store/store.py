"""Conversations in PostgreSQL: append-only, scrubbed at the moment of writing, safe with two writers.

A tracker remembers which sequence number it was loaded at. Saving appends what came after, in one transaction with
the vault and the outbox; when another writer was there first, the events go behind its own. A long session is loaded
from a snapshot and its last turns (snapshot.py).
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from psycopg import Error, errors
from psycopg_pool import PoolTimeout
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from common import assertion, customer_keys, database, keys
from common import settings as house
from common.customer_keys import DataKeys
from common.database import Pool
from common.key_service import wrapper_of
from common.privacy.recognizers.card_number import holds_card_number
from common.privacy.scrubber import Scrubber
from common.privacy.vault import Vault, VaultError
from custom_components.privacy.events import REFERENCE, Batch, DialogueState, EventScrubber, naming
from custom_components.tracker_store import journal, outbox, snapshot
from custom_components.tracker_store.broker import CommittedOnly
from custom_components.tracker_store.journal import Head, Row

_log = logging.getLogger(__name__)

_ATTEMPTS = 8
_POSITION = "_teller_position"
_PLAIN_ID = re.compile(r"(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{8,64}")
_MONTHS_AHEAD = 3
_DAY_SECONDS = 86_400


class TrackerStoreError(RuntimeError):
    """A conversation cannot be read or written just now; the message says nothing of its content."""


@dataclass
class _Position:
    """How much of a tracker is stored: its first events under the numbers `seqs` (0 for one that was never stored),
    the last as number `seq`. `covered` is how far the snapshot goes, `owner` whose key the vault takes."""

    seq: int = 0
    seqs: list[int] = field(default_factory=list)
    covered: int = 0
    owner: str | None = None
    state: DialogueState = field(default_factory=DialogueState)


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
        self._pool: Pool | None = None
        self._relay: outbox.Relay | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._keyring: keys.Keyring
        self._vault: Vault
        self._events: EventScrubber
        self._pseudonym: Callable[[str], str]

    async def open(self) -> Pool:
        """The pool, opened on the running loop; also loads the scrubber's models."""
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    settings = self._settings or house.load()
                    self._keyring = keys.load(settings)
                    self._pseudonym = _Pseudonym(self._keyring.derive("conversation-id"))
                    self._events = EventScrubber(self._scrubber, self._pseudonym)
                    self._vault = Vault(DataKeys(wrapper_of(self._keyring)), self._scrubber.policy.vault_seconds)
                    await asyncio.to_thread(self._scrubber.warm_up)
                    pool = await database.open_pool(settings, "conversation")
                    if self._broker is not None:
                        self._relay = outbox.Relay(pool, self._broker, self._events.for_broker)
                    self._upkeep = asyncio.create_task(self._keep_up(pool))
                    self._pool = pool
        return self._pool

    async def close(self) -> None:
        """Publish what is left and give the connections back."""
        if self._pool is not None:
            if self._upkeep is not None:
                self._upkeep.cancel()
            if self._relay is not None:
                await self._relay.close()
            await self._pool.close()
            self._pool = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the tracker's new events; a broker is told after the commit, scrubbed."""
        pool = await self._opened()
        key = self._key(tracker.sender_id)
        position: _Position = getattr(tracker, _POSITION, None) or _Position()
        fresh: list[Event] = list(islice(tracker.events, len(position.seqs), None))
        if not fresh:
            return
        state = replace(position.state)
        raw = [event.as_dict() for event in fresh]
        customer_id = self._customer(raw, tracker.sender_id)
        owner = customer_keys.customer(customer_id) if customer_id else position.owner
        batch = self._events.scrub(raw, state, self._known_values(tracker))
        try:
            done = await self._append(pool, key, position, batch, customer_id, owner, tracker)
        except (Error, PoolTimeout, VaultError, keys.KeyringError) as error:
            raise TrackerStoreError(f"conversation not saved: {type(error).__name__}") from error
        done.state = state
        setattr(tracker, _POSITION, done)
        if self._relay is not None:
            self._relay.wake()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The latest session of a conversation, with the values its forms need."""
        return await self._load(sender_id, all_sessions=False)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Every session of a conversation."""
        return await self._load(conversation_id, all_sessions=True)

    async def exists(self, conversation_id: str) -> bool:
        return await self._read(journal.head, conversation_id) is not None

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations; pseudonyms where an id could have said something."""
        pool = await self._opened()
        async with pool.connection() as connection:
            cursor = await connection.execute("SELECT conversation_id FROM heads")
            return [row["conversation_id"] for row in await cursor.fetchall()]

    async def history(self, conversation_id: str, after: int = 0, limit: int = 500) -> list[Row]:
        """Scrubbed events as they are stored, oldest first: `{"seq", "type", "created_at", "payload"}`."""
        return await self._read(journal.history, conversation_id, after, limit)

    async def erase(self, conversation_id: str) -> int:
        """Delete a conversation with its vault and its key; how many events there were."""
        return await self._read(journal.erase, conversation_id)

    async def of_customer(self, customer_id: str) -> list[str]:
        """The ids of a customer's conversations, as they are stored."""
        pool = await self._opened()
        async with pool.connection() as connection:
            return await journal.of_customer(connection, customer_id)

    async def _opened(self) -> Pool:
        try:
            return await self.open()
        except (Error, PoolTimeout) as error:
            raise TrackerStoreError(f"conversation store unreachable: {type(error).__name__}") from error

    async def _read(self, query: Callable[..., Any], conversation_id: str, *rest: Any) -> Any:
        pool = await self._opened()
        try:
            async with pool.connection() as connection:
                return await query(connection, self._key(conversation_id), *rest)
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

    def _customer(self, events: Iterable[Mapping[str, Any]], sender_id: str) -> str | None:
        """The customer whom the channel vouched for in these events, if any."""
        for event in events:
            token = (event.get("metadata") or {}).get("assertion") if event.get("event") == "user" else None
            if isinstance(token, str):
                try:
                    return assertion.verify(self._keyring, token, sender_id).customer_id
                except assertion.AssertionInvalid:
                    continue  # a turn that outlived it: the next one says it again
        return None

    async def _append(
        self,
        pool: Pool,
        key: str,
        position: _Position,
        batch: Batch,
        customer_id: str | None,
        owner: str | None,
        tracker: DialogueStateTracker,
    ) -> _Position:
        seq, payloads = position.seq, batch.payloads
        for _ in range(_ATTEMPTS):
            undisturbed = seq == position.seq and len(payloads) == len(batch.payloads)
            numbers = range(seq + 1, seq + 1 + len(payloads))
            seqs = [*position.seqs, *numbers] if undisturbed else [0] * len(tracker.events)
            done = _Position(seq + len(payloads), seqs, position.covered, owner)
            try:
                async with pool.connection() as connection, connection.transaction():
                    await journal.append(connection, key, seq, payloads)
                    if customer_id and owner != position.owner:
                        await journal.set_customer(connection, key, customer_id)
                    start = _session_start(numbers, payloads)
                    if start is not None:
                        done.covered = start - 1
                        await journal.begin_session(connection, key, done.covered)
                    elif undisturbed:
                        await self._keep_snapshot(connection, key, done, tracker)
                    if batch.clear_all or batch.cleared:
                        await self._vault.forget(connection, key, None if batch.clear_all else batch.cleared)
                    await self._vault.store(connection, key, owner or customer_keys.conversation(key), batch.vault)
                    if self._broker is not None:
                        await outbox.add(connection, key, payloads)
                return done
            except errors.UniqueViolation:
                seq, payloads = await self._behind_others(pool, key, seq, payloads)
                if not payloads:
                    return _Position(seq, [0] * len(tracker.events), position.covered, owner)
        raise TrackerStoreError(f"conversation not saved: {_ATTEMPTS} other writers came first")

    @staticmethod
    async def _keep_snapshot(
        connection: journal.Connection, key: str, at: _Position, tracker: DialogueStateTracker
    ) -> None:
        """Let the next load begin at a snapshot, when enough turns were said since the last one."""
        events = list(tracker.events)
        numbered = zip(at.seqs, events, strict=True)
        said = sum(1 for seq, event in numbered if isinstance(event, UserUttered) and seq > at.covered)
        last = events[-1]
        waits = isinstance(last, ActionExecuted) and last.action_name == ACTION_LISTEN_NAME
        if not waits or said < snapshot.KEPT_TURNS:
            return
        taken = snapshot.take(events, tracker.applied_events())
        opening, turns = ([at.seqs[place] for place in places] for places in (taken.opening, taken.turns))
        if 0 not in opening and 0 not in turns:
            at.covered = at.seq
            await journal.keep_snapshot(connection, key, at.covered, opening, turns)

    async def _behind_others(self, pool: Pool, key: str, seq: int, payloads: list[Row]) -> tuple[int, list[Row]]:
        """The newest sequence number, and those of `payloads` that nobody has written yet.

        An own event is there already when a commit succeeded whose answer was lost.
        """
        async with pool.connection() as connection:
            rows = await journal.written_since(connection, key, seq)
        there = {(row["type"], row["created_at"]) for row in rows}
        return (
            rows[-1]["seq"] if rows else seq,
            [payload for payload in payloads if (payload["event"], payload["timestamp"]) not in there],
        )

    async def _load(self, sender_id: str, *, all_sessions: bool) -> DialogueStateTracker | None:
        pool = await self._opened()
        key = self._key(sender_id)
        try:
            async with pool.connection() as connection:
                head = await journal.head(connection, key)
                if head is None:
                    return None
                if all_sessions:
                    rows = await journal.every_session(connection, key)
                else:
                    rows = await journal.latest_session(connection, key, head)
                values = await self._vault.load(connection, key) if any(map(_is_reference, rows)) else {}
        except (Error, PoolTimeout, VaultError, keys.KeyringError) as error:
            raise TrackerStoreError(f"conversation not read: {type(error).__name__}") from error
        return self._rebuild(sender_id, head, rows, values, opened=not all_sessions and head.opening is not None)

    def _rebuild(
        self, sender_id: str, head: Head, rows: list[Row], values: Mapping[str, Any], *, opened: bool
    ) -> DialogueStateTracker:
        tracker = self.init_tracker(sender_id)
        last_seq = max(head.last_seq, rows[-1]["seq"] if rows else 0)  # somebody may have saved since the head was read
        at = _Position(last_seq, [], head.covered, None)
        if head.customer_id:
            at.owner = customer_keys.customer(head.customer_id)
        first_turn = next(iter(head.turns or ()), head.covered + 1)

        def add(event: Event, seq: int) -> None:
            tracker.update(event, self.domain)
            at.seqs.append(seq)

        if opened:
            add(SessionStarted(timestamp=_stamp(rows)), 0)
        listens = opened
        for row in rows:
            try:
                event = _event(row, values)
                if listens and row["seq"] >= first_turn:
                    add(ActionExecuted(ACTION_LISTEN_NAME, timestamp=event.timestamp), 0)
                    listens = False
                if isinstance(event, UserUttered):
                    at.state.hear(event.text)
                add(event, row["seq"])
            except Exception as error:  # a row may hold anything
                kind = type(error).__name__
                raise TrackerStoreError(f"stored event {row['seq']} unreadable: {kind}") from error
        if listens:
            add(ActionExecuted(ACTION_LISTEN_NAME, timestamp=_stamp(rows)), 0)
        requested = tracker.get_slot("requested_slot")
        at.state.requested_slot = requested if isinstance(requested, str) else None
        setattr(tracker, _POSITION, at)
        return tracker

    async def _keep_up(self, pool: Pool) -> None:
        """Once a day: partitions for the months ahead, and no values of the vault that have expired."""
        while True:
            try:
                async with pool.connection() as connection:
                    await connection.execute("SELECT make_partitions(%s)", (_MONTHS_AHEAD,))
                    await self._vault.purge(connection)
            except (Error, PoolTimeout) as error:
                _log.warning("conversations not kept up: %s; tried again tomorrow", type(error).__name__)
            await asyncio.sleep(_DAY_SECONDS)


def _event(row: Row, values: Mapping[str, Any]) -> Event:
    """The event of a stored row, its value from the vault put in; raises what it likes for an unusable row."""
    payload = row["payload"]
    if _is_reference(row):
        payload = payload | {"value": values.get(payload["value"][REFERENCE])}
    event = Event.from_parameters(payload)
    if event is None:
        raise ValueError("an event of no kind")
    return event


def _session_start(numbers: Iterable[int], payloads: Iterable[Row]) -> int | None:
    """The number of the last event that starts a session, if one does."""
    starts = [
        number for number, payload in zip(numbers, payloads, strict=True) if payload["event"] == "session_started"
    ]
    return starts[-1] if starts else None


def _stamp(rows: list[Row]) -> float | None:
    """When the first event that is left was stamped."""
    stamp = rows[0]["payload"].get("timestamp") if rows and isinstance(rows[0]["payload"], dict) else None
    return stamp if isinstance(stamp, (int, float)) else None


class _Pseudonym:
    """A keyed hash in place of an identifier that a client chose."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, text: str) -> str:
        return "p-" + hmac.new(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:40]


def _is_reference(row: Row) -> bool:
    value = row["payload"].get("value") if isinstance(row["payload"], dict) else None
    return isinstance(value, dict) and REFERENCE in value
