"""Connections to PostgreSQL, one role and schema for each owner, and the migrations."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from common.settings import ROOT, Settings

_migrating = threading.Lock()  # Alembic keeps the migration at hand in module variables

Owner = Literal["bank", "identity", "conversation", "audit", "keys"]


def conninfo(settings: Settings, owner: Owner) -> str:
    """A libpq connection string whose session acts as the owner's role, in the owner's schema."""
    return make_conninfo(settings.database_url, options=f"-c role=teller_{owner} -c search_path={owner},public")


Pool = AsyncConnectionPool[AsyncConnection[dict[str, Any]]]


async def open_pool(
    settings: Settings,
    owner: Owner,
    *,
    min_size: int = 1,
    max_size: int = 8,
    connection_class: type[AsyncConnection[Any]] = AsyncConnection,
    configure: Callable[[Any], Awaitable[None]] | None = None,
) -> Pool:
    """An open pool of the owner's connections; rows come as dictionaries, transactions are explicit.

    `configure` furnishes every new connection. The demo's database is brought to the newest revision first, so that
    any process of it can start alone.
    """
    if settings.demo:
        await asyncio.to_thread(migrate, settings)
    pool: Pool = AsyncConnectionPool(
        conninfo(settings, owner),
        min_size=min_size,
        max_size=max_size,
        open=False,
        timeout=10,
        connection_class=connection_class,
        configure=configure,
        kwargs={"row_factory": dict_row},
        check=AsyncConnectionPool.check_connection,
    )
    await pool.open(wait=True)
    return pool


def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "common" / "migrations"))
    config.attributes["database_url"] = settings.database_url
    with _migrating:
        command.upgrade(config, "head")
