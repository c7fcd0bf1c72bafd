"""The tracker store on a real PostgreSQL: what it writes, what it gives back, and what it survives."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.shared.core import events
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from common.privacy.scrubber import Scrubber
from common.settings import Settings
from custom_components.tracker_store.store import PostgresTrackerStore, TrackerStoreError

DOMAIN = Domain.from_yaml(
    """
    intents: [transfer_money, inform]
    entities: [payee, amount]
    slots:
      requested_slot: {type: any, mappings: [{type: custom}], influence_conversation: false}
      transfer_payee: {type: any, mappings: [{type: custom}], influence_conversation: false}
      transfer_iban: {type: text, mappings: [{type: custom}], influence_conversation: false}
      transfer_amount: {type: any, mappings: [{type: custom}], influence_conversation: false}
      transfer_code: {type: text, mappings: [{type: custom}], influence_conversation: false}
      transfer_key: {type: text, mappings: [{type: custom}], influence_conversation: false}
    forms: {transfer_money_form: {required_slots: [transfer_payee, transfer_amount, transfer_code]}}
    """
)
SCRUBBER = Scrubber()
IBAN, CARD = "GB29 NWBK 6016 1331 9268 19", "4111 1111 1111 1111"


class Broker(EventBroker):
    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        self.published.append(event)


def make(settings: Settings, broker: EventBroker | None = None) -> PostgresTrackerStore:
    return PostgresTrackerStore(DOMAIN, broker, scrubber=SCRUBBER, settings=settings)


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[PostgresTrackerStore]:
    opened = make(settings)
    yield opened
    await opened.close()


@pytest.fixture
def sender() -> str:
    return "s-" + uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def user(text: str, entities: list[dict[str, Any]] | None = None, **more: Any) -> UserUttered:
    parsed = {"intent": {"name": "inform", "confidence": 0.9}, "entities": entities or [], "text": text}
    parsed["text_tokens"] = [(0, len(text))]
    return UserUttered(text, parsed["intent"], parsed["entities"], parsed, message_id=uuid4().hex, **more)


async def say(store: PostgresTrackerStore, sender: str, *said: Event) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in said:
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return tracker


def dump(settings: Settings) -> str:
    """Every column of every table, as text."""
    with psycopg.connect(settings.database_url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return "\n".join(
            str(row[0])
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text FROM {table} t").fetchall()
        )


async def test_every_kind_of_event_comes_back(store: PostgresTrackerStore, sender: str) -> None:
    when = datetime(2030, 1, 1, tzinfo=timezone.utc)
    said: list[Event] = [
        SessionStarted(),
        ActionExecuted("action_listen"),
        user("hello", [{"entity": "amount", "value": 25, "start": 0, "end": 2}]),
        events.DefinePrevUserUtteredFeaturization(False),
        ActionExecuted("utter_greet", policy="RulePolicy", confidence=1.0),
        events.EntitiesAdded([{"entity": "amount", "value": 3}]),
        ActionExecuted(None, action_text="hello there"),
        BotUttered("good morning", {"buttons": [{"title": "Balance", "payload": "/check_balance"}]}),
        SlotSet("transfer_amount", 2500),
        ActiveLoop("transfer_money_form"),
        events.LegacyForm("transfer_money_form"),
        events.LoopInterrupted(True),
        events.LegacyFormValidation(True),
        events.ActionExecutionRejected("transfer_money_form"),
        events.ReminderScheduled("EXTERNAL_remind", when, name="card_order"),
        events.ReminderCancelled(name="card_order"),
        events.FollowupAction("action_listen"),
        events.AgentUttered("an agent here"),
        events.StoryExported(),
        events.ConversationPaused(),
        events.ConversationResumed(),
        events.UserUtteranceReverted(),
        events.ActionReverted(),
        events.AllSlotsReset(),
        events.Restarted(),
    ]
    await say(store, sender, *said)
    loaded = await store.retrieve(sender)
    assert loaded is not None
    names = {"form": "active_loop", "form_validation": "loop_interrupted"}
    assert [event.type_name for event in loaded.events] == [names.get(e.type_name, e.type_name) for e in said]
    assert loaded.events[2].text == "hello"
    assert loaded.events[2].entities == [{"entity": "amount", "value": 25}]
    assert loaded.events[14].trigger_date_time == when


async def test_no_table_holds_a_card_number_or_an_iban(
    settings: Settings, store: PostgresTrackerStore, sender: str
) -> None:
    await say(
        store,
        sender,
        SessionStarted(),
        SlotSet("session_started_metadata", {"assertion": "secret.jwt.text"}),
        user(
            f"send 25 to {IBAN} for Zebediah Quux",
            [{"entity": "iban", "value": IBAN}, {"entity": "payee", "value": "Zebediah Quux"}],
            metadata={"assertion": "secret.jwt.text", "note": CARD, "digits": list("4111111111111111")},
        ),
        SlotSet("transfer_iban", IBAN),
        SlotSet("transfer_payee", {"name": "Zebediah Quux", "iban": IBAN}),
        BotUttered(f"To Zebediah Quux, {IBAN}?", {"custom": {"pan": 4111111111111111}}, {"utter_action": "utter_ask"}),
        user(f"my card is {CARD}"),
        events.ReminderScheduled("EXTERNAL_x", datetime.now(timezone.utc), [{"entity": "payee", "value": CARD}]),
        ActionExecuted(None, action_text=CARD),
        events.AgentUttered(CARD, {"seen": IBAN}),
    )
    stored = dump(settings)
    compact = re.sub(r"[^0-9A-Za-z]", "", stored).upper()
    for secret in (IBAN, CARD, "Zebediah", "secret.jwt.text"):
        assert re.sub(r"[^0-9A-Za-z]", "", secret).upper() not in compact
    assert "send 25 to" in stored


async def test_a_form_survives_a_restart(settings: Settings, store: PostgresTrackerStore, sender: str) -> None:
    payee, key = {"name": "Sam Carter", "iban": IBAN}, str(uuid4())
    await say(
        store,
        sender,
        SessionStarted(),
        user("send money to Sam Carter"),
        ActiveLoop("transfer_money_form"),
        SlotSet("transfer_payee", payee),
        SlotSet("transfer_amount", 2500),
        SlotSet("transfer_key", key),
        SlotSet("requested_slot", "transfer_code"),
    )
    other = make(settings)
    try:
        tracker = await other.retrieve(sender)
        assert tracker is not None
        assert tracker.active_loop_name == "transfer_money_form"
        assert tracker.get_slot("transfer_payee") == payee
        assert tracker.get_slot("transfer_amount") == 2500
        assert tracker.get_slot("transfer_key") == key
        assert tracker.get_slot("requested_slot") == "transfer_code"
    finally:
        await other.close()


async def test_a_closed_form_leaves_nothing_in_the_vault(
    settings: Settings, store: PostgresTrackerStore, sender: str
) -> None:
    await say(store, sender, SessionStarted(), SlotSet("transfer_payee", "Sam Carter"), SlotSet("transfer_iban", IBAN))
    await say(store, sender, SlotSet("transfer_payee", None), SlotSet("transfer_iban", None))
    with psycopg.connect(settings.database_url) as connection:
        query = "SELECT count(*) FROM conversation.vault WHERE conversation_id = %s"
        assert connection.execute(query, (sender,)).fetchone() == (0,)
    tracker = await store.retrieve(sender)
    assert tracker is not None
    assert tracker.get_slot("transfer_payee") is None


@pytest.mark.parametrize(
    "answer", ["482913", "it is 482 913", "four eight two nine one three", "４８２９１３", "482913 thanks"]
)
async def test_a_second_factor_code_is_never_stored(
    settings: Settings, store: PostgresTrackerStore, sender: str, answer: str
) -> None:
    await say(store, sender, SessionStarted(), SlotSet("requested_slot", "transfer_code"))
    await say(store, sender, user(answer, [{"entity": "amount", "value": 482913}]), SlotSet("transfer_code", "482913"))
    stored = str([row["payload"] for row in await store.history(sender)])
    assert "482913" not in stored
    assert answer not in stored
    assert "<CODE>" in stored


async def test_a_card_number_in_two_messages_is_held_back(store: PostgresTrackerStore, sender: str) -> None:
    await say(store, sender, SessionStarted(), user("my card starts with 4111 1111"))
    await say(store, sender, user("and then 1111 1111 ok?"))
    stored = "".join(row["payload"].get("text") or "" for row in await store.history(sender))
    assert "1111" not in stored


@pytest.mark.parametrize("text", ["a\x00b", "lone \ud800 surrogate", "\udfff\x00", "\u202e\u200b", "x" * 10_000_000])
async def test_hostile_text_is_stored_harmlessly(store: PostgresTrackerStore, sender: str, text: str) -> None:
    await say(store, sender, SessionStarted(), user(text, metadata={text[:50]: text}))
    rows = await store.history(sender)
    assert len(rows) == 2
    assert len(str(rows[1]["payload"])) < 30_000


@pytest.mark.parametrize(
    "hostile", ["a\x00b", "\ud800", CARD, "x" * 1000, "alex@example.com", "s-41111111-1111-1111-abc"]
)
async def test_a_telling_or_broken_id_is_stored_as_a_pseudonym(store: PostgresTrackerStore, hostile: str) -> None:
    await say(store, hostile, SessionStarted(), user("hello"))
    tracker = await store.retrieve(hostile)
    assert tracker is not None
    assert tracker.sender_id == hostile
    assert hostile not in set(await store.keys())


async def test_two_writers_lose_and_double_nothing(
    settings: Settings, store: PostgresTrackerStore, sender: str
) -> None:
    await say(store, sender, SessionStarted())
    trackers = [await store.retrieve(sender) for _ in range(6)]
    for number, tracker in enumerate(trackers):
        assert tracker is not None
        for part in range(3):
            tracker.update(ActionExecuted(f"action_w{number}_{part}"), DOMAIN)
    await asyncio.gather(*(store.save(tracker) for tracker in trackers if tracker))
    rows = await store.history(sender)
    assert [row["seq"] for row in rows] == list(range(1, 20))
    names = [row["payload"]["name"] for row in rows[1:]]
    assert sorted(names) == sorted(f"action_w{n}_{p}" for n in range(6) for p in range(3))
    for number in range(6):
        own = [name for name in names if name.startswith(f"action_w{number}_")]
        assert own == [f"action_w{number}_{part}" for part in range(3)]


async def test_saving_again_after_a_lost_answer_doubles_nothing(store: PostgresTrackerStore, sender: str) -> None:
    tracker = await say(store, sender, SessionStarted(), user("hello"))
    del tracker._teller_position
    await store.save(tracker)
    assert len(await store.history(sender)) == 2


async def test_only_the_latest_session_is_loaded(store: PostgresTrackerStore, sender: str) -> None:
    await say(store, sender, SessionStarted(), user("first"))
    await say(store, sender, SessionStarted(), user("second"))
    latest, full = await store.retrieve(sender), await store.retrieve_full_tracker(sender)
    assert latest is not None
    assert full is not None
    assert [event.text for event in latest.events if isinstance(event, UserUttered)] == ["second"]
    assert [event.text for event in full.events if isinstance(event, UserUttered)] == ["first", "second"]


async def test_the_broker_gets_scrubbed_events_after_the_commit(settings: Settings, sender: str) -> None:
    broker = Broker()
    store = make(settings, broker)
    try:
        await say(store, sender, SessionStarted(), user(f"my card is {CARD}"))
    finally:
        await store.close()
    assert [event["event"] for event in broker.published] == ["session_started", "user"]
    assert CARD not in str(broker.published)
    assert store.event_broker is not None
    store.event_broker.publish({"text": CARD})
    assert len(broker.published) == 2


async def test_a_swapped_ciphertext_is_refused(settings: Settings, store: PostgresTrackerStore, sender: str) -> None:
    await say(store, sender, SessionStarted(), SlotSet("transfer_payee", "Sam"), SlotSet("transfer_iban", IBAN))
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute(
            "SELECT id, sealed FROM conversation.vault WHERE conversation_id = %s", (sender,)
        ).fetchall()
        for (row, _), (_, sealed) in zip(rows, reversed(rows), strict=True):
            connection.execute("UPDATE conversation.vault SET sealed = %s WHERE id = %s", (sealed, row))
    with pytest.raises(TrackerStoreError, match="VaultError"):
        await store.retrieve(sender)


async def test_events_cannot_be_changed(settings: Settings, store: PostgresTrackerStore, sender: str) -> None:
    await say(store, sender, SessionStarted())
    with psycopg.connect(settings.database_url) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("UPDATE conversation.events SET type = 'x' WHERE conversation_id = %s", (sender,))


async def test_an_erased_conversation_is_gone(store: PostgresTrackerStore, sender: str) -> None:
    await say(store, sender, SessionStarted(), SlotSet("transfer_payee", "Sam Carter"))
    assert await store.exists(sender)
    assert await store.erase(sender) == 2
    assert not await store.exists(sender)
