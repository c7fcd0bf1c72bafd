"""A transfer outlives whatever dies under it: it goes on where it stood, money moves once, and no answer lies."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from tests.e2e.conftest import Running, running_house, wait_until_ready
from tests.e2e.test_doors import Customer

TURNS = ("send money", "Maya", "8 pounds", "yes", "CODE")
BACK_SECONDS = 120
# Seconds into the turn with the code at which the assistant dies; a turn on two cores takes a few tenths.
MOMENTS = (0.02, 0.08, 0.2)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def restarting() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="teller-restart-") as name:
        Path(name).chmod(0o755)
        with running_house(Path(name)) as house:
            yield house


def child_of(house: Running, word: str) -> psutil.Process:
    children = psutil.Process(house.supervisor.pid).children()
    return next(child for child in children if word in child.cmdline())


def kill(house: Running, word: str) -> None:
    """SIGKILL the child whose command line has this word, and return when the supervisor has noticed."""
    child = child_of(house, word)
    os.kill(child.pid, signal.SIGKILL)
    deadline = time.monotonic() + BACK_SECONDS
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_until_back(house: Running) -> None:
    """The house heals by itself; its supervisor stays."""
    wait_until_ready(house, house.home / "supervisor.log")


def sent(house: Running) -> list[int]:
    """What left for payees, in pence, oldest first: as the ledger's own entries have it."""
    with psycopg.connect(house.servers["DATABASE_URL"]) as connection:
        found = connection.execute(
            "SELECT entries.amount_minor FROM bank.entries JOIN bank.postings ON postings.id = posting_id"
            " JOIN bank.accounts ON accounts.id = account_id WHERE postings.kind = 'transfer'"
            " AND accounts.customer_id IS NOT NULL AND entries.amount_minor < 0 ORDER BY entries.id"
        )
        return [amount for (amount,) in found]


def until_the_code(customer: Customer, pounds: int) -> str:
    """Everything before the code, and the code."""
    assert "Maya" in customer.say(f"send {pounds} pounds to Maya")
    customer.say("yes")
    return customer.code()


def test_the_assistant_dies_between_every_two_turns_of_a_transfer(restarting: Running) -> None:
    wait_until_back(restarting)
    before = sent(restarting)
    alex = Customer(restarting, "alex")
    answers = []
    for number, words in enumerate(TURNS):
        if number:
            kill(restarting, "credentials.yml")
            wait_until_back(restarting)
        answers.append(alex.say(alex.code() if words == "CODE" else words))
    assert "£8.00" in answers[2]
    assert "Maya" in answers[2]
    assert "£8.00" in answers[-1], answers
    assert sent(restarting) == [*before, -800]
    assert restarting.supervisor.poll() is None


def test_the_whole_house_stops_between_the_yes_and_the_code(restarting: Running) -> None:
    with tempfile.TemporaryDirectory(prefix="teller-restart-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_house(folder) as house:
            alex = Customer(house, "alex")
            before = sent(house)
            code = until_the_code(alex, 9)
        with running_house(folder) as house:
            again = Customer(house, "alex")
            again.session = alex.session
            assert "£9.00" in again.say(code)
            assert sent(house) == [*before, -900]


def test_the_action_server_dies_before_the_code(restarting: Running) -> None:
    wait_until_back(restarting)
    alex = Customer(restarting, "alex")
    before = sent(restarting)
    code, message_id = until_the_code(alex, 7), uuid.uuid4().hex
    kill(restarting, "actions")
    refused = alex.post(code)
    assert refused.status_code in (200, 503), refused.text
    assert "£7.00 to Maya" not in refused.text or sent(restarting) != before, refused.text
    wait_until_back(restarting)
    answer = again(alex, code, message_id)
    assert "£7.00" in answer, answer
    assert sent(restarting) == [*before, -700]


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_assistant_dies_in_the_turn_that_carries_the_code(restarting: Running, moment: float) -> None:
    wait_until_back(restarting)
    alex = Customer(restarting, "alex")
    pounds = 11 + MOMENTS.index(moment)
    before = sent(restarting)
    code, message_id = until_the_code(alex, pounds), uuid.uuid4().hex
    heard: list[httpx.Response | Exception] = []

    def speak() -> None:
        try:
            heard.append(alex.post(code, message_id))
        except httpx.HTTPError as error:
            heard.append(error)

    speaking = threading.Thread(target=speak)
    speaking.start()
    time.sleep(moment)
    kill(restarting, "credentials.yml")
    speaking.join(BACK_SECONDS)
    wait_until_back(restarting)
    time.sleep(2)  # what the action server had begun, it ends
    moved = sent(restarting)
    assert moved in (before, [*before, -100 * pounds])
    answer = again(alex, code, message_id)
    assert f"£{pounds}.00" in answer, answer
    assert sent(restarting) == [*before, -100 * pounds], "once, whoever asked how often"


def again(customer: Customer, words: str, message_id: str) -> str:
    """The same message until the house, which may still hold the first one to be running, answers it."""
    deadline = time.monotonic() + BACK_SECONDS
    while (answer := customer.post(words, message_id)).status_code in (409, 503):
        assert time.monotonic() < deadline, answer.text
        time.sleep(int(answer.headers.get("retry-after", 1)))
    assert answer.status_code == 200, answer.text
    return "\n".join(response["text"] for response in answer.json()["responses"])
