"""A new key-encryption key while customers go on talking and paying: nobody notices, and the old one is free."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import os
from uuid import uuid4

import psycopg
import pytest

from actions.bank.bootstrap import open_bank
from actions.bank.repository import intents
from actions.bank.sealing import Sealer
from actions.bank.seed import seed
from actions.bank.use_cases.operations import Order
from common import customer_keys, database, key_rotation, keys
from common.customer_keys import DataKeys, KeyDestroyedError
from common.demo import CUSTOMERS
from common.key_wrapping import KeyringWrapper, WrappingError
from common.keys import Keyring, KeyringError
from common.settings import Settings

ALEX = CUSTOMERS["alex"]


def text(**ring: bytes) -> str:
    return ",".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in ring.items())


async def test_rotation_under_load_opens_and_seals_all_the_while(own_database: Settings) -> None:
    old, new = os.urandom(32), os.urandom(32)
    before = dataclasses.replace(own_database, keys=text(old=old, new=new))
    after = dataclasses.replace(own_database, keys=text(new=new, old=old))
    pool = await database.open_pool(before, "bank", max_size=4)
    sealers = [Sealer(keys.load(before)), Sealer(keys.load(after))]
    customers = [str(uuid4()) for _ in range(60)]
    sealed: dict[str, bytes] = {}
    stop = asyncio.Event()

    async def work(sealer: Sealer, share: list[str]) -> int:
        done = 0
        while not stop.is_set():
            customer = share[done % len(share)]
            async with pool.connection() as connection:
                own = await sealer.of(connection, customer)
            if customer in sealed:
                assert own.open(sealed[customer], "here") == {"name": customer}
            sealed[customer] = own.seal({"name": customer}, "here")
            done += 1
        return done

    tasks = [asyncio.create_task(work(sealer, customers)) for sealer in sealers for _ in range(2)]
    while len(sealed) < len(customers):
        await asyncio.sleep(0.05)
    rewrapped = await key_rotation.rotate(after)
    await asyncio.sleep(0.2)
    stop.set()
    assert min(await asyncio.gather(*tasks)) > len(customers) / 4
    assert 0 < rewrapped <= len(customers)
    await key_rotation.rotate(after)
    assert await key_rotation.status(after) == {"new": len(customers)}
    alone = Sealer(Keyring({"new": new}))
    async with pool.connection() as connection:
        for customer in customers:
            assert (await alone.of(connection, customer)).open(sealed[customer], "here") == {"name": customer}
    await pool.close()


async def test_no_row_needs_the_key_that_leaves_the_ring(own_database: Settings) -> None:
    oldest, leaving, new = (os.urandom(32) for _ in range(3))
    with psycopg.connect(own_database.database_url) as connection:
        connection.execute("DELETE FROM keys.data_keys")  # of other tests' rings
    before = dataclasses.replace(own_database, keys=text(leaving=leaving, oldest=oldest))
    await seed(before)
    bank = await open_bank(before, connections=1)
    complaint = await bank.complaints.open(None, "a guest's talk", "service", "the queue was long")
    order = Order(details={"detail": "phone", "value": "+44 7700 900111"})
    prepared = await bank.operations.prepare(ALEX, "edit_detail", order)
    await bank.close()

    await key_rotation.rotate(dataclasses.replace(before, keys=text(new=new, leaving=leaving, oldest=oldest)))
    after = dataclasses.replace(before, keys=text(new=new, oldest=oldest))
    assert (await key_rotation.status(after)).keys() == {"new"}
    bank = await open_bank(after, connections=1)
    assert (await bank.accounts.transactions(ALEX, merchant="Maya", limit=100)).count > 0
    assert [device.name for device in await bank.devices.list(ALEX)] == ["iPhone 14", "iPad"]
    async with bank.accounts.pool.connection() as connection:
        intent = await intents.get(connection, ALEX, prepared.key)
        guests = await connection.sealer.of_anyone(connection, None)
        cursor = await connection.execute("SELECT id, words FROM complaints WHERE number = %s", (complaint.number,))
        [row] = await cursor.fetchall()
    assert intent["details"]["value"] == "+44 7700 900111"
    assert guests.open(row["words"], f"complaints.words:{row['id']}") == {"words": "the queue was long"}
    await bank.close()


async def test_a_wrapped_key_of_another_owner_or_key_is_refused(own_database: Settings) -> None:
    data_keys = DataKeys(KeyringWrapper(Keyring({"a": os.urandom(32)})))
    one, other = (customer_keys.customer(uuid4()) for _ in range(2))
    pool = await database.open_pool(own_database, "keys", max_size=1)
    async with pool.connection() as connection:
        for owner in (one, other):
            await data_keys.find_or_make(connection, owner)
        await connection.execute(
            "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE owner = %s) WHERE owner = %s",
            (one, other),
        )
        await data_keys.find(connection, one)
        with pytest.raises(WrappingError):
            await data_keys.find(connection, other)
        with pytest.raises(WrappingError):
            await DataKeys(KeyringWrapper(Keyring({"a": os.urandom(32)}))).find(connection, one)
        with pytest.raises(KeyringError):
            await DataKeys(KeyringWrapper(Keyring({"b": os.urandom(32)}))).find(connection, one)
    await pool.close()


async def test_an_erased_customer_never_gets_a_key_again(own_database: Settings) -> None:
    customer = str(uuid4())
    data_keys = DataKeys(KeyringWrapper(keys.load(own_database)))
    pool = await database.open_pool(own_database, "bank", max_size=1)
    async with pool.connection() as connection:
        await data_keys.find_or_make(connection, customer_keys.customer(customer))
        await connection.execute("SELECT keys.erase_customer(%s)", (customer,))
    async with pool.connection() as connection:
        with pytest.raises(KeyDestroyedError):
            await data_keys.find_or_make(connection, customer_keys.customer(customer))
    await pool.close()


def test_a_running_demo_finds_the_key_that_was_added_since(own_database: Settings, tmp_path: os.PathLike[str]) -> None:
    home = dataclasses.replace(own_database, home=tmp_path)  # type: ignore[arg-type]  # pytest's folder is a Path
    running = keys.load(home)
    added = key_rotation.add_demo_key(home)
    restarted = keys.load(home)
    assert restarted.active_id == added != running.active_id
    assert running.kek(added) == restarted.kek(added)
    assert running.derive("anything") == restarted.derive("anything")
    with pytest.raises(KeyringError):
        running.kek("never heard of")
