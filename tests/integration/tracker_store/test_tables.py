"""What the database itself refuses, its months, and rows that nobody can read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted

from common import database
from common.privacy.scrubber import Scrubber
from common.settings import Settings
from custom_components.tracker_store.store import PostgresTrackerStore, TrackerStoreError

SCRUBBER = Scrubber()
INSERT = "INSERT INTO conversation.events (conversation_id, seq, type, created_at, payload, stored_at)"
ROW = f"{INSERT} VALUES (%s, %s, 'action', 0, %s, coalesce(%s, now()))"


@pytest.fixture
async def store(own_database: Settings) -> AsyncIterator[PostgresTrackerStore]:
    opened = PostgresTrackerStore(Domain.empty(), scrubber=SCRUBBER, settings=own_database)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def sender() -> str:
    return "s-" + uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def as_assistant(settings: Settings) -> psycopg.Connection[Any]:
    return psycopg.connect(database.conninfo(settings, "conversation"), autocommit=True)


@pytest.mark.parametrize("seq", [1, 2, 4, 9])
async def test_a_number_that_is_taken_or_leaves_a_gap_is_refused_in_every_month(
    own_database: Settings, store: PostgresTrackerStore, sender: str, seq: int
) -> None:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update(SessionStarted())
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    next_month = datetime.now(timezone.utc) + timedelta(days=32)
    with as_assistant(own_database) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(ROW, (sender, seq, Jsonb({}), next_month))
    assert len(await store.history(sender)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET type = 'x'",
        "TRUNCATE events",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "UPDATE outbox SET payload = '{}'",
        "SELECT drop_partitions('1 day')",
        "SELECT make_partitions(99)",
    ],
)
def test_the_assistant_may_not_change_what_was_said(own_database: Settings, statement: str) -> None:
    with as_assistant(own_database) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)  # type: ignore[arg-type]  # not a constant: one of the cases


def test_a_month_cannot_be_written_past_the_whole(own_database: Settings) -> None:
    month = f"events_{datetime.now(timezone.utc):%Y_%m}"
    with as_assistant(own_database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        # Ignored below: not a constant: one of the cases
        connection.execute(f"INSERT INTO {month} VALUES ('s-some-conversation', 1, 'action', 0, '{{}}')")  # type: ignore[arg-type]


async def test_months_are_made_ahead_and_old_ones_go_whole(own_database: Settings, store: PostgresTrackerStore) -> None:
    months = "SELECT relname FROM pg_class WHERE relname ~ '^events_[0-9]{4}_[0-9]{2}$' ORDER BY 1"
    with psycopg.connect(own_database.database_url, autocommit=True) as root:
        assert len(root.execute(months).fetchall()) == 4
        root.execute("SELECT conversation.make_partition('2020-01-01')")
        root.execute(ROW, ("s-of-long-ago", 1, Jsonb({}), datetime(2020, 1, 9, tzinfo=timezone.utc)))
        root.execute("UPDATE conversation.heads SET touched_at = '2020-01-09' WHERE conversation_id = 's-of-long-ago'")
        with as_assistant(own_database) as connection:
            assert connection.execute("SELECT drop_partitions('396 days')").fetchone() == (1,)
        assert len(root.execute(months).fetchall()) == 4
    assert not await store.exists("s-of-long-ago")
    assert await store.retrieve("s-of-long-ago") is None


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        "text",
        7,
        {"event": "no such event"},
        {"event": "slot", "name": "x", "value": {"$vault": ["a"]}},
        {"event": "user", "text": {"a": 1}, "parse_data": 3},
        {"event": "reminder", "timestamp": 1},
    ],
)
async def test_a_row_that_nobody_can_read_fails_its_request_and_no_other(
    own_database: Settings, store: PostgresTrackerStore, sender: str, payload: Any
) -> None:
    with psycopg.connect(own_database.database_url) as root:
        root.execute(ROW, (sender, 1, Jsonb(payload), None))
    with pytest.raises(TrackerStoreError, match="stored event 1 unreadable"):
        await store.retrieve(sender)
    fine = await store.get_or_create_tracker(sender.replace("s-", "t-"), append_action_listen=False)
    fine.update(ActionExecuted("action_listen"))
    await store.save(fine)
    assert await store.exists(fine.sender_id)
