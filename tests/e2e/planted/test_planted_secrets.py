"""Three hundred messages with secrets and a day of real operations: afterwards nothing of them is stored to be read."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from common.privacy.exam.measure import UNSTRUCTURED
from tests.e2e.conftest import Running, running_house
from tests.e2e.planted import messages
from tests.e2e.planted.search import Haystack, Secret, everything, said_in, servers_files, squeezed
from tests.e2e.test_doors import Customer

SEED = 20261
TURNS_A_SESSION = 3
NAMES_AND_ADDRESSES = 0.01

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclasses.dataclass(frozen=True)
class Planted:
    secret: Secret
    session: str | None = None


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="teller-planted-") as name:
        Path(name).chmod(0o755)
        with running_house(Path(name)) as house:
            yield house


@pytest.fixture(scope="module")
def planted(running: Running) -> list[Planted]:
    """Everything that was said and done, with its conversation where that has one."""
    customers = {login: Customer(running, login) for login in ("alex", "jonas", "priya", "omar", "sam")}
    done = [Planted(secret) for secret in messages.operations(customers)]
    said = messages.generated(SEED)
    assert len(said) >= messages.MESSAGES
    for number, message in enumerate(said):
        if number % TURNS_A_SESSION == 0:
            customer = list(customers.values())[number // TURNS_A_SESSION % len(customers)].again()
        answer = customer.post(message.text)
        assert answer.status_code in (200, 422), answer.text  # 422: characters that are no text
        done += [Planted(secret, customer.session) for secret in messages.secrets_of(message)]
    return done


def leaked_in(planted: Planted, house: Running, haystack: Haystack) -> set[str]:
    """Where a secret can be read. One too short to be looked for everywhere is looked for in its own conversation."""
    found = haystack.places_of(planted.secret)
    if planted.session is not None and not planted.secret.is_long:
        digits = squeezed(planted.secret.value)
        alone = re.compile(rf"(?<![\w.,£€$]){re.escape(digits)}(?!\w|[.,]\d)")
        words = said_in(house.servers["DATABASE_URL"], planted.session)
        found |= (
            {"conversation.events (its own)"} if any(alone.search(squeezed_numbers(text)) for text in words) else set()
        )
    return found


def squeezed_numbers(text: str) -> str:
    """A text with the separators inside its numbers taken out."""
    return re.sub(r"(?<=\d)[ \-./](?=\d)", "", text.casefold())


def test_a_secret_that_is_written_down_is_found(running: Running) -> None:
    """The search is shown everything it has to find; a search that finds nothing proves nothing."""
    secret = Secret("CARD_NUMBER", "4929117345020812", context="my card is 4929 1173 4502 0812 ok")
    person = Secret("PERSON", "Zebediah Farquharson")
    assert Haystack(everything(running)).places_of(secret) == set()
    redis = Redis.from_url(running.servers["REDIS_URL"])
    note = running.home / "logs" / "control.log"
    with psycopg.connect(running.servers["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE bank.control (a text, b bytea, c jsonb, d text)")
        try:
            connection.execute(
                "INSERT INTO bank.control VALUES (%s, %s, %s, %s)",
                ("4929-1173-4502-0812", b"", "{}", "Zebediah%20Farquharson"),
            )
            redis.hset("control", "field", "４９２９ 1173 4502 0812")
            note.write_text("paid by ZEBEDIAH FARQUHARSON")
            haystack = Haystack(everything(running))
            assert haystack.places_of(secret) == {"bank.control", "redis"}
            assert haystack.places_of(person) == {"bank.control", "file logs/control.log"}
            connection.execute("UPDATE bank.control SET a = '', d = '', b = %s", (b"4929117345020812",))
            connection.execute("UPDATE bank.control SET c = jsonb_build_object('x', 'Zebediah Farquharson')")
            haystack = Haystack(everything(running))
            assert "bank.control" in haystack.places_of(secret) & haystack.places_of(person)
        finally:
            connection.execute("DROP TABLE bank.control")
            redis.delete("control")
            note.unlink(missing_ok=True)


def test_nothing_that_was_planted_can_be_read_anywhere(running: Running, planted: list[Planted]) -> None:
    haystack = Haystack(everything(running))
    total: defaultdict[str, int] = defaultdict(int)
    leaks: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for one in planted:
        total[one.secret.entity] += 1
        if places := leaked_in(one, running, haystack):
            leaks[one.secret.entity].append((one.secret.value, *sorted(places)))
    for entity in sorted(total):
        print(f"{entity:18} {len(leaks[entity]):4} of {total[entity]:4}  {len(leaks[entity]) / total[entity]:7.2%}")
        for leak in leaks[entity]:
            print("    ", *leak)
    structured = {entity: found for entity, found in leaks.items() if entity not in UNSTRUCTURED and found}
    assert structured == {}
    said = sum(total[entity] for entity in UNSTRUCTURED)
    assert said >= 100
    assert sum(len(leaks[entity]) for entity in UNSTRUCTURED) / said <= NAMES_AND_ADDRESSES


def test_the_servers_own_files_hold_nothing_either(running: Running, planted: list[Planted]) -> None:
    """Pages, dead rows and the write-ahead log of PostgreSQL, and Redis's file."""
    with psycopg.connect(running.servers["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    wanted = [one.secret for one in planted if one.secret.is_long]
    assert sum(path.stat().st_size for path in (running.home / "postgres" / "pg_wal").glob("0*")) > 0
    assert [(secret, path.name) for secret, path in servers_files(running.home, wanted)] == []
