"""The classifier as Rasa runs it: trained, kept, loaded, asked; with the shipped Llama."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier.component import LlamaIntentClassifier
from custom_components.intent_classifier.fallback import CalibratedFallbackClassifier
from training import data, evaluation

ROOT = Path(__file__).resolve().parents[3]
CONFIG = LlamaIntentClassifier.get_default_config()
QUESTIONS = ["how much is in my euro account", "my card was stolen", "send 20 pounds to Mia", "blorb"]


@pytest.fixture(scope="module")
def classifier_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose engine is written once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def storage(classifier_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalModelStorage:
    monkeypatch.setenv("TELLER_HOME", str(classifier_home))
    (tmp_path / "storage").mkdir()
    return LocalModelStorage(tmp_path / "storage")


def create(storage: LocalModelStorage, **config: Any) -> LlamaIntentClassifier:
    # Ignored below: no Rasa context is needed
    return LlamaIntentClassifier.create({**CONFIG, **config}, storage, Resource("classifier"), None)  # type: ignore


def load(storage: LocalModelStorage) -> LlamaIntentClassifier:
    # Ignored below: no Rasa context is needed
    return LlamaIntentClassifier.load(CONFIG, storage, Resource("classifier"), None)  # type: ignore


def examples(rows: list[data.Row]) -> TrainingData:
    return TrainingData([Message({TEXT: row.text, INTENT: row.intent}) for row in rows])


def ask(component: LlamaIntentClassifier, questions: list[str]) -> list[tuple[str, float]]:
    messages = component.process([Message({TEXT: question}) for question in questions])
    return [(m.get(INTENT)["name"], round(m.get(INTENT)["confidence"], 5)) for m in messages]


def test_what_was_trained_is_what_is_loaded(storage: LocalModelStorage) -> None:
    component = create(storage)
    component.train(examples(data.read_own_sentences()))
    answers = ask(component, QUESTIONS)
    assert [name for name, _ in answers[:3]] == ["check_balance", "lost_or_stolen_card", "transfer_money"]
    assert ask(load(storage), QUESTIONS) == answers


def test_only_sentences_that_the_shipped_head_has_not_seen_refit_it(storage: LocalModelStorage) -> None:
    rows = [row for row in data.read_own_sentences() if row.intent in ("greet", "goodbye")]
    component = create(storage)
    shipped = component._artifact = dataclasses.replace(
        component._artifact, own_sentences_sha256=artifacts.sentences_sha256([(row.text, row.intent) for row in rows])
    )
    component.train(examples(rows))
    assert component._head is shipped.head
    component.train(examples(rows[1:]))
    assert component._head is not shipped.head


def test_a_designer_adds_an_intent_without_training_the_llama(storage: LocalModelStorage) -> None:
    words = ["gold bars", "a gold ingot", "bullion coins", "krugerrands", "an ounce of gold", "physical gold"]
    new = [data.Row(f"{start} {word}", "buy_gold") for word in words for start in ("can I buy", "I'd like", "sell me")]
    kept = [row for row in data.read_own_sentences() if row.intent in ("check_balance", "transfer_money", "greet")]
    component = create(storage)
    component.train(examples(new + kept[::4]))
    answers = ask(load(storage), ["could you get me some gold please", "what is my balance", "hello there"])
    assert [name for name, _ in answers] == ["buy_gold", "check_balance", "greet"]


@pytest.mark.parametrize(
    ("word", "intent"),
    [
        ("hi", "greet"),
        ("yes", "affirm"),
        ("no", "deny"),
        ("bye", "goodbye"),
        ("cancel", "cancel_form"),
        ("ok", "affirm"),
    ],
)
def test_a_single_word_is_understood(storage: LocalModelStorage, word: str, intent: str) -> None:
    assert ask(create(storage), [word])[0][0] == intent


PIZZERIA = {
    "ordina_pizza": ["vorrei una margherita", "due pizze da portare via", "ordino una quattro stagioni", "una diavola"],
    "orari": ["quando aprite", "siete aperti la domenica", "a che ora chiudete stasera", "orari del locale"],
    "prenota_tavolo": [
        "un tavolo per quattro",
        "vorrei prenotare per stasera",
        "avete posto alle otto",
        "prenotazione",
    ],
}


def test_another_project_in_another_language_works_with_the_same_llama(storage: LocalModelStorage) -> None:
    rows = [data.Row(text, intent) for intent, texts in PIZZERIA.items() for text in texts]
    component = create(storage)
    component.train(examples(rows))
    unseen = ["vorrei una pizza margherita", "quando chiudete", "prenotare un tavolo per due"]
    assert [name for name, _ in ask(component, unseen)] == ["ordina_pizza", "orari", "prenota_tavolo"]
    assert ask(load(storage), unseen) == ask(component, unseen)
    assert set(component._head.labels) == set(PIZZERIA)


def test_a_sentence_that_nobody_asks_a_bank_is_out_of_scope_by_a_confidence_of_its_own(
    storage: LocalModelStorage,
) -> None:
    component = create(storage)
    usual, strange = component.process(
        [Message({TEXT: "what is my balance"}), Message({TEXT: "which spices go well with roast pumpkin soup"})]
    )
    assert strange.get(INTENT)["name"] == "out_of_scope"
    assert strange.get("in_scope")["confidence"] < component._artifact.operating_point.in_scope
    assert usual.get("in_scope")["confidence"] > 0.3
    assert sum(entry["confidence"] for entry in strange.get("intent_ranking")) <= 1 + 1e-6


def test_the_fallback_takes_the_thresholds_that_were_fitted_with_the_classifier(storage: LocalModelStorage) -> None:
    point = artifacts.load(ROOT / "models" / "intents").operating_point

    def fallback(**config: float) -> dict[str, Any]:
        defaults = CalibratedFallbackClassifier.get_default_config()
        return CalibratedFallbackClassifier.create(
            {**defaults, **config},
            storage,
            Resource("fallback"),
            None,  # type: ignore  # no Rasa context is needed
        ).component_config

    assert fallback()["threshold"] == point.fallback
    assert fallback()["ambiguity_threshold"] == point.ambiguity
    assert fallback(threshold=0.9)["threshold"] == 0.9


def test_a_message_without_words_is_left_alone(storage: LocalModelStorage) -> None:
    assert create(storage).process([Message({TEXT: ""})])[0].get(INTENT) is None


@pytest.mark.parametrize(
    ("config", "says"), [({"artifact": "models/none"}, "missing"), ({"engine": "abacus"}, "no engine 'abacus'")]
)
def test_a_missing_artifact_or_engine_stops_the_start(storage: LocalModelStorage, config: dict, says: str) -> None:
    with pytest.raises(RasaException, match=says):
        create(storage, **config)


def test_unseen_sentences_of_the_assistants_own_intents_are_recognised() -> None:
    artifact = artifacts.load(ROOT / "models" / "intents")
    # Ignored below: no Rasa context is needed
    component = LlamaIntentClassifier.create(CONFIG, None, Resource("classifier"), None)  # type: ignore
    found = evaluation.evaluate(component._engine, artifact, data.read_csv(ROOT / "tests" / "data" / "own_intents.csv"))
    print(f"\nown intents, unseen sentences: accuracy {found.accuracy:.4f} macro_f1 {found.macro_f1:.4f}")
    assert found.macro_f1 >= 0.85


def test_held_out_banking77_is_recognised() -> None:
    try:
        rows = data.read_banking77()
    except data.DataError as error:
        pytest.skip(f"skipped: no Banking77 here ({error})")
    _, held_out = data.split(rows, 0.1, 7)
    artifact = artifacts.load(ROOT / "models" / "intents")
    # Ignored below: no Rasa context is needed
    component = LlamaIntentClassifier.create(CONFIG, None, Resource("classifier"), None)  # type: ignore
    found = evaluation.evaluate(component._engine, artifact, held_out)
    print(f"\nheld-out Banking77: accuracy {found.accuracy:.4f} macro_f1 {found.macro_f1:.4f}")
    assert found.accuracy >= 0.905
    assert found.macro_f1 >= 0.90
