"""Customers' keys move from the ring into a transit engine and on to its next version, by the same command."""

from __future__ import annotations

import base64
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from common import keys
from common.settings import ROOT, Settings
from tests.transit_server import KEY, TOKEN, Engine, transit_server


@pytest.fixture
def engine() -> Iterator[Engine]:
    with transit_server() as running:
        yield running


@pytest.fixture
def house(own_database: Settings) -> Settings:
    text = f"ring:{base64.b64encode(os.urandom(32)).decode()}"
    return dataclasses.replace(own_database, keys=text)


def command(house: Settings, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    where = {
        "TELLER_HOME": str(house.home),
        "DATABASE_URL": house.database_url,
        "REDIS_URL": house.redis_url,
        "TELLER_KEYS": house.keys or "",
    }
    call = [sys.executable, "-W", "ignore", "-m", *arguments]
    return subprocess.run(
        call, cwd=ROOT, env=os.environ | where | environment, capture_output=True, text=True, timeout=120
    )


async def seal_and_open(house: Settings, customer: str, sealed: bytes | None = None) -> bytes:
    """What a process with the settings of now seals for a customer; `sealed` must open to it first."""
    pool = await open_bank_pool(house, 1)
    try:
        async with pool.connection() as connection:
            own = await Sealer(keys.load(house)).of(connection, customer)
    finally:
        await pool.close()
    if sealed is not None:
        assert own.open(sealed, "here") == {"name": customer}
    return own.seal({"name": customer}, "here")


async def test_rotate_moves_keys_from_the_ring_into_the_engine_and_to_its_next_version(
    house: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [str(uuid4()) for _ in range(5)]
    sealed = {customer: await seal_and_open(house, customer) for customer in before}
    vault = {"TELLER_VAULT_KEY": KEY, "VAULT_ADDR": engine.url, "VAULT_TOKEN": TOKEN}
    for name, value in vault.items():
        monkeypatch.setenv(name, value)
    later = str(uuid4())
    sealed[later] = await seal_and_open(house, later)
    for customer in before:
        await seal_and_open(house, customer, sealed[customer])

    first = command(house, "common.key_rotation", "rotate")
    assert (first.stdout, first.stderr) == (f"5 data keys wrapped by vault:transit/{KEY}:v1\n", "")
    engine.rotate()
    second = command(house, "common.key_rotation", "rotate")
    assert second.stdout == f"6 data keys wrapped by vault:transit/{KEY}:v2\n"
    assert command(house, "common.key_rotation", "status").stdout == f"vault:transit/{KEY}:v2  6\n"
    for customer, was in sealed.items():
        await seal_and_open(house, customer, was)
    with psycopg.connect(house.database_url) as connection:
        told = connection.execute(
            "SELECT details->>'items' FROM audit.intake WHERE kind = 'key_rotation' ORDER BY id"
        ).fetchall()
    assert told == [("5",), ("6",)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"VAULT_TOKEN": "wrong"}, "refuses: the token may not use this key"),
        ({"VAULT_ADDR": "http://127.0.0.1:9"}, "does not answer: ConnectError"),
        ({"VAULT_ADDR": ""}, "TELLER_VAULT_KEY needs VAULT_ADDR"),
    ],
)
@pytest.mark.parametrize(
    "program",
    [["common.key_rotation", "rotate"], ["deploy.local", "run"], ["actions.bank.worker", "run"]],
    ids=["rotate", "house", "worker"],
)
def test_a_key_service_that_cannot_be_used_stops_every_program_with_one_line(
    house: Settings, engine: Engine, tmp_path: Path, changed: dict[str, str], said: str, program: list[str]
) -> None:
    vault = {"TELLER_VAULT_KEY": KEY, "VAULT_ADDR": engine.url, "VAULT_TOKEN": TOKEN, "TELLER_HOME": str(tmp_path)}
    done = command(house, *program, **(vault | {"TELLER_PORT": "6411", "TELLER_ACTION_PORT": "6461"} | changed))
    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("error: ")
    assert said in line
