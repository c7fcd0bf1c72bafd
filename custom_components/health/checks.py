"""Is every part of the house there? Asked by /health/ready, each part within two seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from redis.asyncio import Redis

from common.database import Pool

Check = Callable[[], Awaitable[None]]
TIMEOUT_SECONDS = 2.0


class NotReady(Exception):
    """A part is not there yet; the text is safe to show."""


async def readiness(checks: dict[str, Check]) -> tuple[bool, dict[str, Any]]:
    """Whether all parts are up, and the answer of the door with one entry a component."""
    entries = await asyncio.gather(*(_entry(check) for check in checks.values()))
    ready = all(entry["status"] == "up" for entry in entries)
    return ready, {
        "status": "ready" if ready else "not_ready",
        "components": dict(zip(checks, entries, strict=True)),
    }


async def _entry(check: Check) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        await asyncio.wait_for(check(), TIMEOUT_SECONDS)
    except NotReady as reason:
        return {"status": "down", "reason": str(reason)}
    except asyncio.TimeoutError:
        return {"status": "down", "reason": "no answer in time"}
    except Exception as error:  # whatever a driver raises, the part is down
        return {"status": "down", "reason": type(error).__name__}
    return {"status": "up", "ms": round((time.perf_counter() - started) * 1000, 2)}


def postgres(pool: Pool) -> Check:
    async def check() -> None:
        async with pool.connection(timeout=TIMEOUT_SECONDS) as connection:
            await connection.execute("SELECT 1")

    return check


def redis(client: Redis) -> Check:
    async def check() -> None:
        await client.ping()

    return check


def action_server(client: httpx.AsyncClient, url: str) -> Check:
    """`url` is the action server's address; it answers GET /health."""

    async def check() -> None:
        if (await client.get(f"{url}/health")).status_code != 200:
            raise NotReady("the action server is not healthy")

    return check
