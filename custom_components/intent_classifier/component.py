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
from custom_components.intent_classifier import embedding_cache, head, in_scope
from custom_components.intent_classifier.base_files import BaseModelError
from custom_components.intent_classifier.engines import loaded
from custom_components.intent_classifier.engines.engine import Engine, EngineError, Options

logger = logging.getLogger(__name__)
IN_SCOPE = "in_scope"
_HEAD_FILE, _LABELS_FILE = "head.npz", "labels.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LlamaIntentClassifier(GraphComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking` and `in_scope` of a message.

    `in_scope` holds a confidence of its own: how usual the sentence is among those the classifier was made for.

    Training embeds the example sentences with the shipped Llama and refits its head close to the shipped one;
    the Llama itself is not trained here and not copied into the model archive.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"artifact": "models/intents", "engine": "onnx-int8", "url": None, "ranking_length": 10}

    @classmethod
    def required_packages(cls) -> list[str]:
        return ["onnxruntime", "tokenizers", "safetensors", "scipy"]

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._artifact, self._engine = _open(config)
        self._head: artifacts.Head = self._artifact.head
        self._usual = np.array(self._artifact.operating_point.in_scope_scores)

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
        return load_artifact(config).digest

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
            usual = self._in_scope(features)
            for message, row, share in zip(asked, self._head.probabilities(features), usual, strict=True):
                ranking = self._ranking(row, float(share))
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set("intent_ranking", ranking, add_to_output=True)
                message.set(IN_SCOPE, {"confidence": float(share)}, add_to_output=True)
        return messages

    def _in_scope(self, features: np.ndarray) -> np.ndarray:
        # The held-out scores are those of the shipped labels; a project without them has none of its own.
        if not len(self._usual) or not set(self._artifact.head.labels) <= set(self._head.labels):
            return np.ones(len(features))
        return in_scope.confidence(in_scope.score(self._head.labels, self._head.logits(features)), self._usual)

    def _ranking(self, probabilities: np.ndarray, usual: float) -> list[dict[str, Any]]:
        """The likeliest intents; a sentence too unusual is out of scope before all others."""
        order = np.argsort(-probabilities)[: self._config["ranking_length"]]
        ranking = [{"name": self._head.labels[i], "confidence": float(probabilities[i])} for i in order]
        outside = usual < self._artifact.operating_point.in_scope and in_scope.OUT_OF_SCOPE in self._head.labels
        if not outside or ranking[0]["name"] == in_scope.OUT_OF_SCOPE:
            return ranking
        rest = [
            {**entry, "confidence": entry["confidence"] * usual}
            for entry in ranking
            if entry["name"] != in_scope.OUT_OF_SCOPE
        ]
        return [{"name": in_scope.OUT_OF_SCOPE, "confidence": 1 - usual}, *rest][: len(ranking)]

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez(Path(folder) / _HEAD_FILE, weight=self._head.weight, bias=self._head.bias)
            record = {
                "artifact": self._artifact.digest,
                "labels": list(self._head.labels),
                "temperature": self._head.temperature,
            }
            (Path(folder) / _LABELS_FILE).write_text(json.dumps(record), encoding="utf-8")


def load_artifact(config: dict[str, Any]) -> artifacts.Artifact:
    """The artefact that a component's configuration names."""
    folder = ROOT / {**LlamaIntentClassifier.get_default_config(), **config}["artifact"]
    try:
        return artifacts.load(folder)
    except artifacts.ArtifactError as error:
        raise RasaException(str(error)) from error


def _open(config: dict[str, Any]) -> tuple[artifacts.Artifact, Engine]:
    artifact = load_artifact(config)
    try:
        return artifact, loaded.batched(config["engine"], artifact, home() / "engines", Options(url=config["url"]))
    except (artifacts.ArtifactError, BaseModelError, EngineError) as error:
        raise RasaException(str(error)) from error
