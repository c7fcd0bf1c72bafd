"""What an event broker is told: everything that was committed, in order, also after it or the assistant was away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted

from common.privacy.scrubber import Scrubber
from common.settings import ROOT, Settings
from custom_components.tracker_store.store import PostgresTrackerStore

SCRUBBER = Scrubber()
DYING = """
import asyncio, os, signal, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from common.privacy.scrubber import Scrubber
from custom_components.tracker_store.store import PostgresTrackerStore
from tests.integration.tracker_store.test_outbox import FlakyBroker, settings_from

class Deadly(FlakyBroker):
    def publish(self, event):
        if event["name"] == "action_2":
            os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = PostgresTrackerStore(Domain.empty(), Deadly(), Scrubber(), settings_from(sys.argv[1]))
    tracker = await store.get_or_create_tracker(sys.argv[2], append_action_listen=False)
    for number in range(4):
        tracker.update(ActionExecuted(f"action_{number}"))
    await store.save(tracker)
    await asyncio.sleep(60)

asyncio.run(main())
"""


class FlakyBroker(EventBroker):
    """Takes events while it is `up`."""

    def __init__(self) -> None:
        self.up = True
        self.ready = True
        self.published: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        if not self.up:
            raise ConnectionError("the broker is away")
        self.published.append(event)

    def is_ready(self) -> bool:
        return self.ready


def settings_from(text: str) -> Settings:
    from pathlib import Path

    values = json.loads(text)
    return Settings(**values | {"home": Path(values["home"])})


def settings_text(settings: Settings) -> str:
    return json.dumps({**settings.__dict__, "home": str(settings.home)})


@pytest.fixture
def sender() -> str:
    return "s-" + uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def make(settings: Settings, broker: EventBroker) -> PostgresTrackerStore:
    return PostgresTrackerStore(Domain.empty(), broker, scrubber=SCRUBBER, settings=settings)


async def say(store: PostgresTrackerStore, sender: str, *names: str) -> None:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for name in names:
        tracker.update(ActionExecuted(name))
    await store.save(tracker)


def waiting(settings: Settings, sender: str) -> int:
    with psycopg.connect(settings.database_url) as connection:
        query = "SELECT count(*) FROM conversation.outbox WHERE conversation_id = %s"
        row = connection.execute(query, (sender,)).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("trouble", ["up", "ready"])
async def test_a_broker_that_is_away_is_told_in_order_when_it_is_back(
    own_database: Settings, sender: str, trouble: str
) -> None:
    broker = FlakyBroker()
    setattr(broker, trouble, False)
    store = make(own_database, broker)
    for number in range(5):
        await say(store, sender, f"action_{number}_a", f"action_{number}_b")
    await asyncio.sleep(0.3)
    assert broker.published == []
    assert waiting(own_database, sender) == 10
    setattr(broker, trouble, True)
    await store.close()
    own = [event["name"] for event in broker.published if event["sender_id"] == sender]
    assert own == [f"action_{number}_{part}" for number in range(5) for part in "ab"]
    assert waiting(own_database, sender) == 0


async def test_what_a_killed_assistant_had_not_published_is_published_by_the_next(
    own_database: Settings, sender: str
) -> None:
    dying = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DYING, settings_text(own_database), sender, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."}
    )
    assert await dying.wait() == -signal.SIGKILL
    assert waiting(own_database, sender) == 4
    broker = FlakyBroker()
    store = make(own_database, broker)
    await store.open()
    await store.close()
    own = [event["name"] for event in broker.published if event["sender_id"] == sender]
    assert own == [f"action_{number}" for number in range(4)]


async def test_two_relays_double_nothing(own_database: Settings, sender: str) -> None:
    broker = FlakyBroker()
    stores = [make(own_database, broker) for _ in range(2)]
    other = sender.replace("s-", "t-")
    for number in range(10):
        await asyncio.gather(
            *(say(store, one, f"action_{number}") for store, one in zip(stores, (sender, other), strict=True))
        )
    for store in stores:
        await store.close()
    for conversation in (sender, other):
        own = [event["name"] for event in broker.published if event["sender_id"] == conversation]
        assert own == [f"action_{number}" for number in range(10)]


async def test_a_save_that_fails_tells_the_broker_nothing(own_database: Settings, sender: str) -> None:
    broker = FlakyBroker()
    store = make(own_database, broker)
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update(SessionStarted())
    tracker.update(BotUttered("hello"))
    with psycopg.connect(own_database.database_url, autocommit=True) as root:
        root.execute("ALTER TABLE conversation.outbox ADD CONSTRAINT shut CHECK (false) NOT VALID")
        with pytest.raises(Exception, match="not saved"):
            await store.save(tracker)
        root.execute("ALTER TABLE conversation.outbox DROP CONSTRAINT shut")
    assert await store.history(sender) == []
    await store.save(tracker)
    await store.close()
    assert [event["event"] for event in broker.published if event["sender_id"] == sender] == ["session_started", "bot"]
