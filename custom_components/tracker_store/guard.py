"""Rasa wraps every store in one that falls back to memory without a word; this takes it off."""

from __future__ import annotations

from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore

from custom_components.tracker_store.store import PostgresTrackerStore


class WrongTrackerStoreError(RuntimeError):
    """Rasa runs on another tracker store than the one that endpoints.yml names."""


def enforce(agent: Agent) -> PostgresTrackerStore:
    """Make `agent` use the PostgreSQL store itself, so that a failed save fails its request.

    Raises WrongTrackerStoreError when Rasa has silently taken another store.
    """
    store = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    if not isinstance(store, PostgresTrackerStore):
        raise WrongTrackerStoreError(f"the tracker store is {type(store).__name__}, not PostgresTrackerStore")
    agent.tracker_store = store
    if agent.processor is not None:
        agent.processor.tracker_store = store
    return store
