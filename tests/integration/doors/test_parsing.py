"""How words are read: off the event loop, several at once, and known ones not again."""

from __future__ import annotations

import asyncio
import threading
import uuid
from typing import Any

import pytest
from rasa.engine.exceptions import GraphComponentException

from custom_components.intent_classifier.engines.engine import EngineBusy, EngineError

INTENT = {"name": "check_balance", "confidence": 0.91}
WAIT_S = 20


class Reader:
    """Replaces how the agent parses; `asked` remembers, `before` runs in the parsing thread."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.entities: list[dict[str, Any]] = []
        self.before: Any = lambda: None

    async def parse_message(self, message_data: str) -> dict[str, Any]:
        self.asked.append(message_data)
        self.before()
        return {"text": message_data, "intent": INTENT, "entities": self.entities, "intent_ranking": [INTENT]}


@pytest.fixture
def reader(fake_agent) -> Reader:
    reader = Reader()
    fake_agent.parse_message = reader.parse_message
    return reader


async def test_known_words_are_not_parsed_again(reader, house):
    alex, sam = await house.bearer("alex"), await house.bearer("sam")
    reader.asked.clear()
    answers = [(await house.chat(who, "is my salary here")).json() for who in (alex, alex, sam)]
    assert reader.asked == ["is my salary here"]
    assert [answer["metrics"]["cached"] for answer in answers] == [False, True, True]
    assert [answer["intent"] for answer in answers] == [{**INTENT, "alternatives": []}] * 3
    first, *others = (message.parse_data for message in house.agent.received[-3:])
    assert others == [first, first]
    assert first["text"] == "is my salary here"


@pytest.mark.parametrize(
    ("words", "entities"),
    [("what was the 12 pounds for", []), ("pay Mia", [{"entity": "payee", "value": "Mia", "start": 4, "end": 7}])],
)
async def test_words_with_something_of_the_customer_are_parsed_every_time(reader, house, words, entities):
    headers = await house.bearer()
    reader.entities = entities
    reader.asked.clear()
    answers = [(await house.chat(headers, words)).json() for _ in range(2)]
    assert [answer["metrics"]["cached"] for answer in answers] == [False, False]
    assert reader.asked == [words, words]


async def test_another_model_reads_anew(reader, house):
    headers = await house.bearer()
    await house.chat(headers, "hello there")
    house.agent.model_id = "trained since"
    assert (await house.chat(headers, "hello there")).json()["metrics"]["cached"] is False


async def test_turns_of_several_callers_are_parsed_at_once(reader, house):
    headers = await house.bearer()
    reader.before = threading.Barrier(8, timeout=WAIT_S).wait
    words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
    answers = await asyncio.gather(*(house.chat(headers, word) for word in words))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert [answer.json()["responses"][0]["text"] for answer in answers] == [f"heard {word}" for word in words]


async def test_the_server_answers_while_words_are_parsed(reader, house):
    headers = await house.bearer()
    gate = threading.Event()
    reader.before = lambda: gate.wait(WAIT_S)
    chat = asyncio.create_task(house.chat(headers, "hello"))
    try:
        assert (await house.client.get("/health/live")).status_code == 200
        assert not chat.done()
    finally:
        gate.set()
    assert (await chat).status_code == 200


@pytest.mark.parametrize("cause", [EngineError("classifier: no answer"), EngineBusy("classifier: too many")])
async def test_classifier_that_is_away_is_503_and_the_message_may_be_sent_again(reader, house, error_of, caplog, cause):
    headers, message_id = await house.bearer(), uuid.uuid4().hex

    def fail() -> None:
        raise GraphComponentException("Error running graph component") from cause

    reader.before = fail
    answer = await house.chat(headers, "hello", message_id=message_id)
    assert (answer.status_code, error_of(answer)["code"]) == (503, "classifier_away")
    assert int(answer.headers["Retry-After"]) >= 1
    assert str(cause) in caplog.text
    reader.before = lambda: None
    again = await house.chat(headers, "hello", message_id=message_id)
    assert (again.status_code, again.json()["metrics"]["cached"]) == (200, False)
