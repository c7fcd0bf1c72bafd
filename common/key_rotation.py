"""A new key-encryption key under load: `python -m common.key_rotation rotate` (`status` counts data keys by key).

In the demo a new key is put first into the key file, where running processes find it. Elsewhere the operator puts it
into TELLER_KEYS: first behind the active one in every process, then in front of it, then `rotate`; or makes a new
version of the key in the transit engine, where there is one (transit.py). Old and new keys both open data keys all the
while. An old key may leave the ring when `status` no longer counts it, except the oldest one: fingerprints and tokens
derive from it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from datetime import datetime, timezone
from typing import Any

from psycopg.rows import dict_row

from common import database, keys
from common.audit.pseudonym import Pseudonyms
from common.audit.record import SYSTEM, AuditRecord, Value
from common.audit.writer import note
from common.customer_keys import DataKeys
from common.key_service import wrapper_of
from common.key_wrapping import WrappingError
from common.settings import Settings, SettingsError, load


def add_demo_key(settings: Settings) -> str:
    """Put a fresh key in front of the demo's key file; its id."""
    path = settings.home / "keys"
    key_id = f"demo-{datetime.now(timezone.utc):%Y%m%d%H%M%S%f}"
    text = f"{key_id}:{keys.encoded_key()},{path.read_text().strip()}\n"
    descriptor = os.open(path.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    path.with_suffix(".new").replace(path)
    return key_id


async def rotate(settings: Settings) -> int:
    """Wrap every data key by the active key-encryption key, in small transactions; how many there were."""
    ring = keys.load(settings)
    wrapper = wrapper_of(ring)
    data_keys = DataKeys(wrapper)
    pool = await database.open_pool(settings, "keys", max_size=1)
    done = 0
    try:
        while True:
            async with pool.connection() as connection:
                count = await data_keys.rewrap(connection)
            if count == 0:
                key = Pseudonyms(ring).of("key", await wrapper.active_id())
                await asyncio.to_thread(_tell, settings, key, done)
                return done
            done += count
    finally:
        await pool.close()


def _tell(settings: Settings, key: str, items: int) -> None:
    details: dict[str, Value] = {"purpose": "key_encryption", "key": key, "items": items}
    note(settings, AuditRecord("key_rotation", SYSTEM, "done", channel="command", details=details))


async def status(settings: Settings) -> dict[str, int]:
    """How many data keys each key-encryption key wraps."""
    pool = await database.open_pool(settings, "keys", max_size=1)
    try:
        async with pool.connection() as connection:
            cursor: Any = connection.cursor(row_factory=dict_row)
            await cursor.execute("SELECT kek_id, count(*) AS n FROM data_keys GROUP BY kek_id ORDER BY kek_id")
            return {row["kek_id"]: row["n"] for row in await cursor.fetchall()}
    finally:
        await pool.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m common.key_rotation", description="Key-encryption keys.")
    parser.add_argument("command", choices=["rotate", "status"])
    command = parser.parse_args().command
    try:
        settings = load()
        if command == "status":
            for key_id, count in asyncio.run(status(settings)).items():
                print(f"{key_id}  {count}")
            return
        ring = keys.load(settings)
        if settings.keys is None and ring.transit is None:
            add_demo_key(settings)
        done = asyncio.run(rotate(settings))
        active = asyncio.run(wrapper_of(keys.load(settings)).active_id())
        print(f"{done} data keys wrapped by {active}")
    except (SettingsError, keys.KeyringError, WrappingError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
