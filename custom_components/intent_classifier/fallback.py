"""Rasa's FallbackClassifier at the thresholds that were fitted together with the classifier."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier

from custom_components.intent_classifier.component import load_artifact


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CalibratedFallbackClassifier(FallbackClassifier):
    """`threshold` and `ambiguity_threshold` come from the artefact's operating point unless config.yml names them."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"artifact": "models/intents", "threshold": None, "ambiguity_threshold": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedFallbackClassifier:
        point = load_artifact(config).operating_point
        fitted = {"threshold": point.fallback, "ambiguity_threshold": point.ambiguity}
        named = {name: value for name, value in config.items() if value is not None}
        return cls({**fitted, **named})
