"""Rasa's own graph runner from as many threads as a server parses in: every caller gets the parse of its own words."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.graph_components.converters.nlu_message_converter import NLUMessageConverter
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from custom_components.intent_classifier.batching import MOST_TOGETHER, MicroBatcher


class Hashed:
    """One feature a sentence: the first byte of its hash."""

    name = "hashed"

    def __init__(self) -> None:
        self.largest = 0

    def features(self, texts: list[str]) -> np.ndarray:
        self.largest = max(self.largest, len(texts))
        return np.array([[hashlib.sha256(text.encode()).digest()[0]] for text in texts], dtype=np.float32)


class Classifier(GraphComponent):
    """Stands in the place of the intent classifier, behind the same micro-batcher."""

    engine = Hashed()
    batcher: MicroBatcher

    @classmethod
    def create(cls, *_: Any, **__: Any) -> Classifier:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message, row in zip(messages, self.batcher.features([m.get(TEXT) for m in messages]), strict=True):
            entry = {"name": f"intent {int(row[0])}", "confidence": 0.9}
            message.set(INTENT, entry, add_to_output=True)
            message.set("intent_ranking", [entry], add_to_output=True)
        return messages


def node(component: type[GraphComponent], function: str, **needs: str) -> SchemaNode:
    config = component.get_default_config()
    return SchemaNode(needs, component, "create", function, config, eager=True)


@pytest.fixture
def runner(tmp_path: Path) -> DaskGraphRunner:
    schema = GraphSchema(
        {
            "convert": node(NLUMessageConverter, "convert_user_message", messages="__message__"),
            "regex": node(RegexMessageHandler, "process", messages="convert"),
            "classify": node(Classifier, "process", messages="regex"),
            "fallback": node(FallbackClassifier, "process", messages="classify"),
        }
    )
    return DaskGraphRunner.create(schema, LocalModelStorage(tmp_path), ExecutionContext(schema))


def test_every_caller_gets_the_parse_of_its_own_words(runner: DaskGraphRunner) -> None:
    Classifier.batcher = MicroBatcher(Classifier.engine)
    Classifier.engine.largest = 0

    def parse(number: int) -> dict[str, Any]:
        found = runner.run({"__message__": [UserMessage(f"question {number}")]}, ["fallback"])
        return found["fallback"][0].as_dict(only_output_properties=True)

    with ThreadPoolExecutor(MOST_TOGETHER) as threads:
        parses = list(threads.map(parse, range(600)))
    Classifier.batcher.close()
    for number, parsed in enumerate(parses):
        first = hashlib.sha256(f"question {number}".encode()).digest()[0]
        assert (parsed[TEXT], parsed[INTENT]["name"]) == (f"question {number}", f"intent {first}")
    assert 1 < Classifier.engine.largest <= MOST_TOGETHER
