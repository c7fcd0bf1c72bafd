"""Conversations over the REST door, as a customer's own client would hold them, against the whole running house."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
import psycopg
import pytest
from redis import Redis

from tests.e2e.conftest import Running


class Customer:
    """One logged-in customer in one session."""

    def __init__(self, house: Running, login: str) -> None:
        self.client = httpx.Client(base_url=house.url, timeout=60)
        form = {"grant_type": "password", "username": login, "password": house.logins[login]["password"]}
        answer = self.client.post("/api/v2/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.session = uuid.uuid4().hex

    def again(self) -> Customer:
        """The same customer in a new session."""
        self.session = uuid.uuid4().hex
        return self

    def post(self, message: object, message_id: str | None = None, **body: object) -> httpx.Response:
        body = {"message": message, "session_id": self.session, **body}
        if message_id:
            body["message_id"] = message_id
        return self.client.post("/api/v2/chat", json=body)

    def say(self, message: str, message_id: str | None = None) -> str:
        answer = self.post(message, message_id)
        assert answer.status_code == 200, answer.text
        return "\n".join(response["text"] for response in answer.json()["responses"])

    def code(self) -> str:
        messages = self.client.get("/api/v2/demo/inbox").json()["messages"]
        return next(message["code"] for message in messages if "code" in message)

    def pounds(self) -> Decimal:
        said = self.say("What is my GBP account balance?")
        found = re.search(r"£([\d,]+\.\d\d)", said)
        assert found, said
        return Decimal(found[1].replace(",", ""))


@pytest.fixture
def alex(house: Running) -> Customer:
    return Customer(house, "alex")


@pytest.fixture
def mei(house: Running) -> Customer:
    return Customer(house, "mei")


@pytest.fixture
def sam(house: Running) -> Customer:
    return Customer(house, "sam")


def test_a_transfer_moves_exactly_its_amount(alex: Customer) -> None:
    before = alex.pounds()
    summary = alex.say("send 12.34 pounds to Maya")
    assert "Maya" in summary
    assert "£12.34" in summary
    asked = alex.say("yes")
    code = alex.code()
    assert code not in asked
    assert "£12.34" in alex.say(code)
    assert before - alex.pounds() == Decimal("12.34")


def test_the_same_message_id_does_nothing_twice(alex: Customer) -> None:
    before = alex.pounds()
    alex.say("send 5 pounds to Maya")
    alex.say("yes")
    code, message_id = alex.code(), uuid.uuid4().hex
    first = alex.post(code, message_id).json()
    again = alex.post(code, message_id).json()
    assert first["responses"] == again["responses"]
    assert before - alex.pounds() == Decimal("5.00")
    assert alex.post("other words", message_id).status_code == 409


def test_a_code_sent_twice_at_once_moves_money_once(alex: Customer) -> None:
    before = alex.pounds()
    alex.say("send 7 pounds to Maya")
    alex.say("yes")
    code = alex.code()
    with ThreadPoolExecutor(4) as threads:
        statuses = [answer.status_code for answer in threads.map(lambda _: alex.post(code), range(4))]
    assert set(statuses) <= {200, 409}
    assert before - alex.pounds() == Decimal("7.00")


def test_a_cancelled_transfer_moves_nothing(alex: Customer) -> None:
    before = alex.pounds()
    alex.say("send 20 pounds to Maya")
    alex.say("actually make it 30")
    alex.say("forget it")
    assert alex.pounds() == before


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(alex: Customer) -> None:
    alex.say("I want to transfer some money")
    interrupted = alex.say("what's my balance?")
    assert "£" in interrupted
    assert interrupted.strip().endswith("?")
    alex.say("Maya")
    summary = alex.say("15 pounds")
    assert "Maya" in summary
    assert "£15.00" in summary
    alex.say("cancel")


def test_a_lost_card_is_frozen_in_the_middle_of_a_transfer(mei: Customer) -> None:
    mei.say("I want to transfer some money")
    answer = mei.say("wait, my card was stolen!")
    assert "froz" in answer.lower()
    assert answer.strip().endswith("?")


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": "hi\\u0000", "session_id": "abcdefgh12345678"}',
        b'{"message": "hi \\ud800", "session_id": "abcdefgh12345678"}',
        b'{"message": "hi", "session_id": "abc\\u0000defgh1234"}',
        b'{"message": "hi", "session_id": "abcdefgh\\udfff1234"}',
        b'{"message": ""}',
        b'{"message": 5}',
        b'{"message": "hi"',
        b"\xff\xfe",
    ],
)
def test_a_bad_message_is_refused_and_the_server_lives(alex: Customer, body: bytes) -> None:
    answer = alex.client.post("/api/v2/chat", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert set(answer.json()["error"]) == {"code", "message", "trace_id"}
    assert alex.client.get("/health/live").status_code == 200


def test_another_customers_session_is_out_of_reach(alex: Customer, sam: Customer) -> None:
    alex.say("hello")
    assert sam.post("hello", session_id=alex.session).status_code in (403, 404)


def test_a_typed_intent_is_ordinary_text(house: Running, sam: Customer) -> None:
    typed = sam.post('/freeze_card{"card": "all"}').json()
    assert typed["intent"]["confidence"] < 1.0


def test_secrets_are_nowhere_in_the_clear(house: Running, alex: Customer) -> None:
    alex.say("send 25 to GB29 NWBK 6016 1331 9268 19")
    alex.say("cancel")
    alex.say("my card is 4111 1111 1111 1111")
    alex.say("my card is ４１１１ １１１１ １１１１ １１１１")
    forbidden = ("601613319268", "4111111111111111")
    assert [where for where, text in everything_stored(house) if any(n in _plain(text) for n in forbidden)] == []


def everything_stored(house: Running):
    with psycopg.connect(house.servers["DATABASE_URL"]) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
        ).fetchall()
        assert len(tables) > 20
        for (table,) in tables:
            for (row,) in connection.execute(f"SELECT t::text FROM {table} t"):
                yield table, row
    redis = Redis.from_url(house.servers["REDIS_URL"])
    for key in redis.scan_iter():
        yield "redis", key.decode(errors="replace")
        if redis.type(key) == b"string":
            yield "redis", redis.get(key).decode("latin-1")
    for path in (house.home / "logs").iterdir():
        yield path.name, path.read_text(errors="replace")


def _plain(text: str) -> str:
    folded = "".join(str(int(c)) if c.isdigit() and not c.isascii() and c.isdecimal() else c for c in text)
    return re.sub(r"[\W_]", "", folded)
