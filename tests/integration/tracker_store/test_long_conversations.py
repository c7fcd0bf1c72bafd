"""Long sessions: every turn costs the same, and the dialogue cannot tell a snapshot from the whole session."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

from common.privacy.scrubber import Scrubber
from common.settings import Settings
from custom_components.tracker_store import snapshot
from custom_components.tracker_store.store import PostgresTrackerStore

FORM = "transfer_money_form"
DOMAIN = Domain.from_yaml(
    f"""
    intents: [check_balance, transfer_money, inform]
    slots:
      requested_slot: {{type: any, mappings: [{{type: custom}}], influence_conversation: false}}
      transfer_amount: {{type: float, min_value: 0, max_value: 9, mappings: [{{type: custom}}]}}
      transfer_payee: {{type: text, mappings: [{{type: custom}}]}}
      language: {{type: text, mappings: [{{type: custom}}]}}
    responses: {{utter_balance: [{{text: much}}], utter_ask: [{{text: who}}]}}
    forms: {{{FORM}: {{required_slots: [transfer_payee, transfer_amount]}}}}
    """
)
SCRUBBER = Scrubber()
LISTEN = "action_listen"


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[PostgresTrackerStore]:
    opened = PostgresTrackerStore(DOMAIN, scrubber=SCRUBBER, settings=settings)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def sender() -> str:
    return "s-" + uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def heard(intent: str) -> list[Event]:
    parsed: dict[str, Any] = {"intent": {"name": intent, "confidence": 0.9}, "entities": [], "text": intent}
    return [UserUttered(intent, parsed["intent"], [], parsed, message_id=uuid4().hex)]


def lookup(_: random.Random) -> list[Event]:
    return [*heard("check_balance"), ActionExecuted("utter_balance"), BotUttered("much")]


def fallback(_: random.Random) -> list[Event]:
    return [*heard("inform"), ActionExecuted("utter_ask"), BotUttered("who?"), UserUtteranceReverted()]


def start_form(chance: random.Random) -> list[Event]:
    asked = SlotSet("requested_slot", chance.choice(["transfer_payee", "transfer_amount"]))
    return [*heard("transfer_money"), ActionExecuted(FORM), ActiveLoop(FORM), asked, BotUttered("who?")]


def fill_form(chance: random.Random) -> list[Event]:
    slot = chance.choice([SlotSet("transfer_payee", "Sam"), SlotSet("transfer_amount", chance.randrange(1, 9))])
    return [*heard("inform"), ActionExecuted(FORM), slot, BotUttered("and?")]


def end_form(_: random.Random) -> list[Event]:
    cleared = [SlotSet("requested_slot", None), SlotSet("transfer_payee", None), ActiveLoop(None)]
    return [*heard("inform"), ActionExecuted(FORM), *cleared, ActionExecuted("utter_balance")]


def forget(chance: random.Random) -> list[Event]:
    change: Event = chance.choice([AllSlotsReset(), SlotSet("language", chance.choice(["en", "de", None]))])
    return [*heard("inform"), ActionExecuted("utter_ask"), change]


def pause(chance: random.Random) -> list[Event]:
    return [*heard("inform"), chance.choice([ConversationPaused(), ConversationResumed()])]


def restart(_: random.Random) -> list[Event]:
    return [*heard("inform"), ActionExecuted("action_restart"), Restarted()]


def aside(_: random.Random) -> list[Event]:
    said = [ActionExecutionRejected(FORM), ActionExecuted("utter_balance"), LoopInterrupted(True)]
    return [*heard("check_balance"), *said, ActionExecuted(FORM), LoopInterrupted(False), BotUttered("who?")]


USUAL = [lookup, fallback, start_form, forget]
IN_A_FORM = [fill_form, fill_form, fallback, aside, end_form]
RARE = [pause, restart]


def any_turn(chance: random.Random, in_a_form: bool) -> list[Event]:
    kinds = RARE if chance.random() < 0.04 else IN_A_FORM if in_a_form else USUAL
    return chance.choice(kinds)(chance)


async def say(store: PostgresTrackerStore, sender: str, said: list[Event]) -> float:
    """One turn as Rasa makes it; how many seconds loading and saving took."""
    began = time.perf_counter()
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    loaded = time.perf_counter()
    for event in said:
        tracker.update(event, DOMAIN)
    tracker.update(ActionExecuted(LISTEN), DOMAIN)
    saving = time.perf_counter()
    await store.save(tracker)
    return (loaded - began) + (time.perf_counter() - saving)


@pytest.mark.parametrize("seed", range(6))
async def test_a_snapshot_is_the_whole_session_to_the_dialogue(
    store: PostgresTrackerStore, sender: str, seed: int
) -> None:
    chance = random.Random(seed)
    await say(store, sender, [SessionStarted()])
    in_a_form = False
    for _ in range(45):
        await say(store, sender, any_turn(chance, in_a_form))
        short, whole = await store.retrieve(sender), await store.retrieve_full_tracker(sender)
        assert short is not None
        assert whole is not None
        assert short.current_slot_values() == whole.current_slot_values()
        assert short.active_loop_name == whole.active_loop_name
        assert short.latest_action_name == whole.latest_action_name
        assert short.is_paused() == whole.is_paused()
        states = [tracker.past_states(DOMAIN) for tracker in (short, whole)]
        seen = min(len(states[1]), 6)
        assert states[0][-seen:] == states[1][-seen:]
        in_a_form = whole.active_loop_name is not None
    assert len(short.events) < 0.6 * len(whole.events)


async def test_a_new_session_begins_without_the_snapshot(store: PostgresTrackerStore, sender: str) -> None:
    for turn in range(20):
        await say(store, sender, [*([SessionStarted()] if turn == 0 else []), *lookup(random.Random(0))])
    await say(store, sender, [SessionStarted(), *heard("inform")])
    latest = await store.retrieve(sender)
    assert latest is not None
    assert [event.text for event in latest.events if isinstance(event, UserUttered)] == ["inform"]


async def test_a_customer_who_is_never_understood_keeps_a_tracker(store: PostgresTrackerStore, sender: str) -> None:
    await say(store, sender, [SessionStarted(), *lookup(random.Random(0))])
    for _ in range(4 * snapshot.KEPT_TURNS):
        await say(store, sender, fallback(random.Random(0)))
    tracker = await store.retrieve(sender)
    assert tracker is not None
    understood = [event for event in tracker.applied_events() if isinstance(event, UserUttered)]
    assert [event.intent_name for event in understood] == ["check_balance"]


@pytest.mark.parametrize("fallbacks", [False, True])
async def test_the_three_hundredth_turn_costs_what_the_twentieth_does(
    store: PostgresTrackerStore, sender: str, fallbacks: bool
) -> None:
    chance, young = random.Random(7), sender.replace("s-", "t-")

    async def turn(conversation: str, number: int) -> float:
        return await say(store, conversation, (fallback if fallbacks and number % 2 else lookup)(chance))

    for conversation, turns in ((sender, 270), (young, 5)):
        await say(store, conversation, [SessionStarted()])
        for number in range(turns):
            await turn(conversation, number)
    # Side by side, so that whatever else the machine does slows both.
    pairs = [(await turn(young, number), await turn(sender, number)) for number in range(30)]
    early, late = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    print(f"load and save, p50: {early * 1000:.1f} ms at turn 20, {late * 1000:.1f} ms at turn 300")
    assert late <= 1.5 * early
    kinds = [row["type"] for row in await store.history(sender, limit=10_000)]
    assert (kinds.count("user"), kinds.count("rewind")) == (300, 150 if fallbacks else 0)
