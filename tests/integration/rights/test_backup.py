"""A backup that says nothing to a thief, restores whole, and does not bring back whom the bank was told to forget."""

from __future__ import annotations

import base64
import dataclasses
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered

from actions.bank.bootstrap import open_bank, utc_now
from actions.bank.errors import NotFound
from actions.bank.repository.unit import open_bank_pool
from actions.bank.sealing import Sealer
from actions.bank.seed_customer import CustomerSeed
from actions.bank.services import Bank
from common import assertion, keys
from common.privacy.scrubber import Scrubber
from common.sealed_stream import SealedStreamError
from common.settings import ROOT, Settings
from custom_components.tracker_store.store import PostgresTrackerStore
from deploy import backup, dump

SCRUBBER = Scrubber()
NAMES = ("Ottoline", "Bartholomew")


@pytest.fixture(scope="module")
def house(own_database: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A house with a database and keys of its own."""
    return dataclasses.replace(own_database, home=tmp_path_factory.mktemp("house"))


@pytest_asyncio.fixture
async def bank(house: Settings) -> AsyncIterator[Bank]:
    opened = await open_bank(house)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def customers(house: Settings) -> dict[str, str]:
    """Two customers by first name, each with money and a conversation."""
    found: dict[str, str] = {}
    keyring = keys.load(house)
    store = PostgresTrackerStore(Domain.empty(), scrubber=SCRUBBER, settings=house)
    pool = await open_bank_pool(house, 1)
    for name in NAMES:
        customer = found[name] = str(uuid4())
        personal = {"first_name": name, "last_name": "Grimsdyke", "email": f"{name}@example.org", "phone": "1"}
        content = {
            "customer": {"plan": "standard", "country": "GB", "timezone": "Europe/London", "base_currency": "GBP"},
            "personal": personal | {"address": "1 Way"},
            "accounts": {
                "Main": {
                    "currency": "GBP",
                    "bban": f"GB TLLR{str(uuid4().int)[:14]}",
                    "opening": 700,
                    "opened": "-9d",
                }
            },
        }
        async with pool.connection() as connection:
            assert await CustomerSeed(connection, Sealer(keyring), utc_now(), customer, content).add()
        conversation = session_of(customer)
        tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
        said = {"assertion": assertion.issue(keyring, customer, conversation, "m")}
        for event in (
            SessionStarted(),
            ActionExecuted("action_listen"),
            UserUttered("where is my card", metadata=said),
            SlotSet("transfer_payee", "Sam Carter"),
        ):
            tracker.update(event)
        await store.save(tracker)
    await pool.close()
    await store.close()
    return found


def session_of(customer_id: str) -> str:
    return "s-" + customer_id.translate(str.maketrans("0123456789", "ghijklmnop"))


def at(house: Settings, url: str) -> Settings:
    return dataclasses.replace(house, database_url=url)


async def test_an_older_backup_does_not_bring_an_erased_customer_back(
    house: Settings, bank: Bank, customers: dict[str, str], tmp_path: Path
) -> None:
    gone, stays = (customers[name] for name in NAMES)
    older = backup.make(house, tmp_path)
    before = keys_of(house, (gone, stays))
    await bank.rights.erase(gone)
    target = backup.new_database(house.database_url)
    assert backup.restore(house, older, target) == 1

    with psycopg.connect(target) as connection:
        listed = {row[0] for row in connection.execute("SELECT owner FROM keys.erased")}
        assert listed == {f"customer:{gone}", f"conversation:{session_of(gone)}"}
        kept = connection.execute("SELECT conversation_id FROM conversation.heads").fetchall()
        assert (session_of(gone),) not in kept
        assert (session_of(stays),) in kept
        assert connection.execute("SELECT count(*) FROM bank.entries").fetchone() == (4,)
    assert keys_of(at(house, target), (gone, stays)) == {stays: before[stays]}
    restored = await open_bank(at(house, target))
    assert (await restored.customers.profile(stays)).first_name == NAMES[1]
    with pytest.raises(NotFound):
        await restored.customers.profile(gone)
    await restored.close()


def keys_of(house: Settings, customers: tuple[str, ...]) -> dict[str, bytes]:
    with psycopg.connect(house.database_url) as connection:
        rows = connection.execute("SELECT owner, wrapped FROM keys.data_keys").fetchall()
    return {owner.partition(":")[2]: wrapped for owner, wrapped in rows if owner.partition(":")[2] in customers}


async def test_a_lost_database_comes_back_with_the_kept_keys(
    house: Settings, customers: dict[str, str], tmp_path: Path
) -> None:
    made = backup.make(house, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([made.name, backup.KEYS_FILE])
    lost = dataclasses.replace(house, database_url=house.database_url.replace("/test_", "/gone_"))
    target = backup.new_database(house.database_url)
    backup.restore(lost, made, target)
    restored = await open_bank(at(house, target))
    assert (await restored.customers.profile(customers[NAMES[1]])).first_name == NAMES[1]
    await restored.close()
    (tmp_path / backup.KEYS_FILE).unlink()
    with pytest.raises(backup.BackupError, match="keys"):
        backup.restore(lost, made, fresh(house))


def fresh(house: Settings) -> str:
    """The URL of a new database, with a name that no test before has used."""
    name = f"fresh_{uuid4().hex}"
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    before, _, after = house.database_url.rpartition("/test_")
    return f"{before}/{name}{after[after.index('?') :]}"


def test_a_backup_says_nothing_to_who_has_it(house: Settings, customers: dict[str, str], tmp_path: Path) -> None:
    backup.make(house, tmp_path)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
        assert not [word for word in (b"PGDMP", b"bank", b"Grimsdyke", customers[NAMES[0]].encode()) if word in content]
    plain = b"".join(dump.dump(house.database_url, ["--exclude-table-data=keys.*", "--compress=none"]))
    for wrapped in keys_of(house, tuple(customers.values())).values():
        assert wrapped.hex().encode() not in plain
    assert customers[NAMES[0]].encode() in plain


@pytest.mark.parametrize("harm", ["flip", "cut", "swap", "other key"])
def test_a_backup_that_was_touched_is_not_restored(
    house: Settings, customers: dict[str, str], tmp_path: Path, harm: str
) -> None:
    made = backup.make(house, tmp_path)
    content = bytearray(made.read_bytes())
    owner = house
    if harm == "flip":
        content[len(content) // 2] ^= 1
    elif harm == "cut":
        del content[-20:]
    elif harm == "swap":
        content[-40:] = content[-40:][::-1]
    else:
        ring = keys.load(house)
        owner = dataclasses.replace(house, keys=f"{ring.active_id}:{keys.encoded_key()}")
    made.write_bytes(content)
    target = fresh(house)
    with pytest.raises(SealedStreamError):
        backup.restore(owner, made, target)
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT to_regnamespace('bank')").fetchone() == (None,)


def test_a_database_in_use_is_never_restored_into(house: Settings, customers: dict[str, str], tmp_path: Path) -> None:
    made = backup.make(house, tmp_path)
    with pytest.raises(backup.BackupError, match="not empty"):
        backup.restore(house, made, house.database_url)


def test_a_backup_is_proven_in_a_server_of_its_own(house: Settings, customers: dict[str, str], tmp_path: Path) -> None:
    assert backup.verify(house, backup.make(house, tmp_path)) >= 0
    assert os.listdir(tmp_path)


def test_backup_and_restore_by_command_leave_a_record_in_every_database_concerned(
    house: Settings, customers: dict[str, str], tmp_path: Path
) -> None:
    def command(*arguments: str) -> list[str]:
        keyring = keys.load(house)
        where = {
            "TELLER_HOME": str(tmp_path / "home"),
            "DATABASE_URL": house.database_url,
            "REDIS_URL": house.redis_url,
            "TELLER_KEYS": f"{keyring.active_id}:{base64.b64encode(keyring.kek(keyring.active_id)).decode()}",
        }
        call = [sys.executable, "-W", "ignore", "-m", "deploy.backup", *arguments]
        done = subprocess.run(call, cwd=ROOT, env=os.environ | where, capture_output=True, text=True, timeout=240)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    def told(url: str) -> list[str]:
        query = "SELECT details->>'action' FROM audit.intake WHERE kind = 'admin_action' ORDER BY id"
        with psycopg.connect(url) as connection:
            return [action for (action,) in connection.execute(query)]

    before = len(told(house.database_url))
    path, proven = command("make")
    assert proven.startswith("restored into a scratch server and complete")
    restored = command("restore", path)[-1].removeprefix("DATABASE_URL=")
    assert told(house.database_url)[before:] == ["backup_made", "backup_restored"]
    assert told(restored)[-1] == "backup_restored"
    assert told(restored).count("backup_made") == before  # the dump is older than the record of its making
