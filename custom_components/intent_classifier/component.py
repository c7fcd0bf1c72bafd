"""Rasa's intent classifier over the tuned Llama."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from common.settings import ROOT, home
from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier import embedding_cache, head
from custom_components.intent_classifier.base_model import BaseModelError
from custom_components.intent_classifier.engines import loaded
from custom_components.intent_classifier.engines.engine import Engine, EngineError

logger = logging.getLogger(__name__)
_HEAD_FILE, _LABELS_FILE = "head.npz", "labels.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LlamaIntentClassifier(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking` of a message.

    Training embeds the example sentences with the shipped Llama and refits its head close to the shipped one;
    the Llama itself is not trained here and not copied into the model archive.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"artifact": "models/intents", "engine": "torch-bf16", "ranking_length": 10}

    @classmethod
    def required_packages(cls) -> list[str]:
        return ["torch", "transformers", "tokenizers", "safetensors", "gguf"]

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._artifact, self._engine = _open(config)
        self._head: artifacts.Head = self._artifact.head

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LlamaIntentClassifier:
        return cls(config, model_storage, resource)

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:
        """The artefact's hash: another adapter means another training."""
        return _load_artifact(config).digest

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        pairs = [(m.get(TEXT), m.get(INTENT)) for m in examples]
        if pairs and artifacts.sentences_sha256(pairs) != self._artifact.own_sentences_sha256:
            cache = home() / "embeddings" / f"{self._artifact.digest[:16]}-{self._engine.name}.npz"
            features = embedding_cache.features(self._engine, [text for text, _ in pairs], cache)
            intents = [intent for _, intent in pairs]
            self._head = head.refit(self._artifact.head, self._artifact.class_means, features, intents)
        self._persist()
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LlamaIntentClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            stored = json.loads((Path(folder) / _LABELS_FILE).read_text(encoding="utf-8"))
            if stored["artifact"] != component._artifact.digest:
                raise InvalidConfigException("the model was trained with another classifier artefact; run `rasa train`")
            with np.load(Path(folder) / _HEAD_FILE) as arrays:
                component._head = artifacts.Head(
                    tuple(stored["labels"]), arrays["weight"], arrays["bias"], stored["temperature"]
                )
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        asked = [message for message in messages if message.get(TEXT)]
        if asked:
            features = self._engine.features([message.get(TEXT) for message in asked])
            for message, row in zip(asked, self._head.probabilities(features), strict=True):
                ranking = self._ranking(row)
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _ranking(self, probabilities: np.ndarray) -> list[dict[str, Any]]:
        order = np.argsort(-probabilities)[: self._config["ranking_length"]]
        return [{"name": self._head.labels[i], "confidence": float(probabilities[i])} for i in order]

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez(Path(folder) / _HEAD_FILE, weight=self._head.weight, bias=self._head.bias)
            record = {
                "artifact": self._artifact.digest,
                "labels": list(self._head.labels),
                "temperature": self._head.temperature,
            }
            (Path(folder) / _LABELS_FILE).write_text(json.dumps(record), encoding="utf-8")


def _load_artifact(config: dict[str, Any]) -> artifacts.Artifact:
    folder = ROOT / {**LlamaIntentClassifier.get_default_config(), **config}["artifact"]
    try:
        return artifacts.load(folder)
    except artifacts.ArtifactError as error:
        raise RasaException(str(error)) from error


def _open(config: dict[str, Any]) -> tuple[artifacts.Artifact, Engine]:
    artifact = _load_artifact(config)
    try:
        return artifact, loaded.engine(config["engine"], artifact, home() / "engines")
    except (artifacts.ArtifactError, BaseModelError, EngineError) as error:
        raise RasaException(str(error)) from error
