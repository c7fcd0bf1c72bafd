"""The turn lock on a real Redis."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from rasa.core.lock_store import LockError
from redis.asyncio import Redis

from custom_components.lock_store.store import RedisTurnLockStore


@pytest.fixture
def name() -> str:
    return f"conversation-{uuid.uuid4().hex}"


@pytest.fixture
def store(settings) -> RedisTurnLockStore:
    return RedisTurnLockStore(redis_url=settings.redis_url, life_s=0.4)


async def test_one_holder_at_a_time(store, settings, name):
    other = RedisTurnLockStore(redis_url=settings.redis_url)
    inside, most, fences = 0, 0, []

    async def turn(of: RedisTurnLockStore) -> None:
        nonlocal inside, most
        async with of.lock(name) as held:
            inside += 1
            most = max(most, inside)
            fences.append(held.fence)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(turn(store if number % 2 else other) for number in range(12)))
    assert most == 1
    assert fences == sorted(set(fences))


async def test_other_conversations_do_not_wait(store, name):
    async with store.lock(name):
        async with store.lock(f"{name}-other", wait_time_in_seconds=0.1):
            pass


async def test_turn_longer_than_the_locks_life_keeps_it(store, name):
    async with store.lock(name):
        await asyncio.sleep(1.2)
        with pytest.raises(LockError):
            async with store.lock(name, wait_time_in_seconds=0.1):
                pass


async def test_crashed_holder_frees_it_after_its_life(store, settings, name):
    redis = Redis.from_url(settings.redis_url)
    await redis.set(f"teller:turn:{name}", "a server that died", px=300)
    async with store.lock(name, wait_time_in_seconds=2):
        pass
    await redis.close()


async def test_holder_that_lost_it_is_stopped_and_leaves_the_successors_lock(store, settings, name):
    redis = Redis.from_url(settings.redis_url)
    saved = False

    async def turn() -> None:
        nonlocal saved
        async with store.lock(name):
            await redis.set(f"teller:turn:{name}", "somebody else", px=5000)
            await asyncio.sleep(2)
            saved = True

    with pytest.raises(LockError):
        await turn()
    assert not saved
    assert await redis.get(f"teller:turn:{name}") == b"somebody else"
    await redis.close()


async def test_error_in_a_turn_gives_the_lock_back(store, name):
    with pytest.raises(ValueError, match="broken"):
        async with store.lock(name):
            raise ValueError("broken")
    async with store.lock(name, wait_time_in_seconds=0.1):
        pass
