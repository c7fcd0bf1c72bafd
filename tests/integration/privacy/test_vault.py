"""The vault on a real PostgreSQL: rotation, expiry, and what a thief with the tables can do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from common import database
from common.customer_keys import DataKeys
from common.customer_keys import conversation as owner
from common.key_wrapping import KeyringWrapper
from common.keys import Keyring, KeyringError
from common.privacy.vault import Vault, VaultError
from common.settings import Settings

OLD, NEW = os.urandom(32), os.urandom(32)


def vault_of(keys: dict[str, bytes], life_seconds: int = 60) -> Vault:
    return Vault(DataKeys(KeyringWrapper(Keyring(keys))), life_seconds)


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
    await vault_of({"old": OLD}).store(connection, conversation, owner(conversation), {row: ("payee", {"name": "Sam"})})
    rotated = vault_of({"new": NEW, "old": OLD})
    assert await rotated.load(connection, conversation) == {row: {"name": "Sam"}}
    with pytest.raises(KeyringError):
        await vault_of({"new": NEW}).load(connection, conversation)
    with pytest.raises(VaultError):
        await vault_of({"old": NEW}).load(connection, conversation)


async def test_an_expired_value_is_not_given_and_is_purged(connection: AsyncConnection[Any], conversation: str) -> None:
    vault = vault_of({"old": OLD}, 0)
    await vault.store(connection, conversation, owner(conversation), {str(uuid4()): ("payee", "Sam")})
    assert await vault.load(connection, conversation) == {}
    assert await vault.purge(connection) >= 1


async def test_a_value_moved_to_another_field_or_conversation_is_refused(
    connection: AsyncConnection[Any], conversation: str
) -> None:
    vault = vault_of({"old": OLD})
    await vault.store(connection, conversation, owner(conversation), {str(uuid4()): ("payee", "Sam")})
    await connection.execute("UPDATE vault SET field = 'amount' WHERE conversation_id = %s", (conversation,))
    with pytest.raises(VaultError):
        await vault.load(connection, conversation)


async def test_forgetting_a_field_leaves_the_others(connection: AsyncConnection[Any], conversation: str) -> None:
    vault = vault_of({"old": OLD})
    kept = str(uuid4())
    await vault.store(
        connection,
        conversation,
        owner(conversation),
        {str(uuid4()): ("payee", "Sam"), kept: ("account", "main")},
    )
    await vault.forget(connection, conversation, {"payee"})
    assert await vault.load(connection, conversation) == {kept: "main"}
    await vault.forget(connection, conversation)
    assert await vault.load(connection, conversation) == {}
