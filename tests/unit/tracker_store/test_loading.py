"""Rasa finds our store by its name, and cannot put another in its place unseen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from custom_components.tracker_store import guard
from custom_components.tracker_store.store import PostgresTrackerStore

NAME = "custom_components.tracker_store.store.PostgresTrackerStore"


def agent_with(store: TrackerStore) -> Any:
    return SimpleNamespace(tracker_store=FailSafeTrackerStore(store), processor=SimpleNamespace(tracker_store=None))


def test_the_name_in_endpoints_yml_makes_our_store() -> None:
    store = TrackerStore.create(EndpointConfig(type=NAME))
    assert type(store) is PostgresTrackerStore


def test_the_silent_fallback_is_taken_off() -> None:
    store = PostgresTrackerStore(Domain.empty())
    agent = agent_with(store)
    assert guard.enforce(cast(Agent, agent)) is store
    assert agent.tracker_store is agent.processor.tracker_store is store


def test_another_store_is_refused() -> None:
    with pytest.raises(guard.WrongTrackerStoreError, match="InMemoryTrackerStore"):
        guard.enforce(cast(Agent, agent_with(InMemoryTrackerStore(Domain.empty()))))
