"""The vault on a real PostgreSQL: rotation, expiry, and what a thief with the tables can do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from common import database
from common.keys import Keyring, KeyringError
from common.privacy.vault import Vault, VaultError
from common.settings import Settings

OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture
async def connection(settings: Settings) -> AsyncIterator[AsyncConnection[Any]]:
    pool = await database.open_pool(settings, "conversation")
    async with pool.connection() as opened:
        yield opened
    await pool.close()


@pytest.fixture
def conversation() -> str:
    return f"s-{uuid4().hex}"


async def test_a_value_survives_the_rotation_of_the_key_encryption_key(
    connection: AsyncConnection[Any], conversation: str
) -> None:
    row = str(uuid4())
    await Vault(Keyring({"old": OLD}), 60).store(connection, conversation, {row: ("payee", {"name": "Sam"})})
    rotated = Vault(Keyring({"new": NEW, "old": OLD}), 60)
    assert await rotated.load(connection, conversation) == {row: {"name": "Sam"}}
    with pytest.raises(KeyringError):
        await Vault(Keyring({"new": NEW}), 60).load(connection, conversation)
    with pytest.raises(VaultError):
        await Vault(Keyring({"old": NEW}), 60).load(connection, conversation)


async def test_an_expired_value_is_not_given_and_is_purged(connection: AsyncConnection[Any], conversation: str) -> None:
    vault = Vault(Keyring({"old": OLD}), 0)
    await vault.store(connection, conversation, {str(uuid4()): ("payee", "Sam")})
    assert await vault.load(connection, conversation) == {}
    assert await vault.purge(connection) >= 1


async def test_a_value_moved_to_another_field_or_conversation_is_refused(
    connection: AsyncConnection[Any], conversation: str
) -> None:
    vault = Vault(Keyring({"old": OLD}), 60)
    await vault.store(connection, conversation, {str(uuid4()): ("payee", "Sam")})
    await connection.execute("UPDATE vault SET field = 'amount' WHERE conversation_id = %s", (conversation,))
    with pytest.raises(VaultError):
        await vault.load(connection, conversation)


async def test_forgetting_a_field_leaves_the_others(connection: AsyncConnection[Any], conversation: str) -> None:
    vault = Vault(Keyring({"old": OLD}), 60)
    kept = str(uuid4())
    await vault.store(connection, conversation, {str(uuid4()): ("payee", "Sam"), kept: ("account", "main")})
    await vault.forget(connection, conversation, {"payee"})
    assert await vault.load(connection, conversation) == {kept: "main"}
    await vault.forget(connection, conversation)
    assert await vault.load(connection, conversation) == {}
