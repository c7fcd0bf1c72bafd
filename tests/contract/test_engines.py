"""What holds for every engine: the same sentences, the same features, whoever asks, whatever is written.

A new engine is one more line in BARS. All are held against torch-bf16, with the shipped artefact, loaded once.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier import encoder
from custom_components.intent_classifier.batching import MicroBatcher
from custom_components.intent_classifier.engines import engine as engines
from custom_components.intent_classifier.engines import loaded, wire
from custom_components.intent_classifier.engines.engine import Engine, EngineError, Options
from tests.running_service import SECRET, running_service

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = artifacts.load(ROOT / "models" / "intents")
REFERENCE = "torch-bf16"


@dataclass(frozen=True)
class Bar:
    """How near an engine comes to the reference, and to itself.

    `cosine` is that of its features and the reference's, mean over 40 sentences, of which `same` get the same label;
    `steady` the mean cosine of a sentence read alone and read with others, which pad it and change the order of sums.
    """

    engine: str
    cosine: float
    same: int
    steady: float


BARS = [
    Bar(REFERENCE, 0.9999, 40, steady=0.99),
    Bar("remote", 0.99, 39, steady=0.99),
    Bar("onnx-int8", 0.99, 39, steady=0.98),
    Bar("torch-4bit", 0.99, 39, steady=0.99),
]

Start = Callable[[str], Engine]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts engines, each once; the remote one asks a real service with the reference in it."""
    folder = tmp_path_factory.mktemp("engines")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv(wire.TOKEN_VARIABLE, SECRET)

        @cache
        def started(name: str) -> Engine:
            options = Options()
            if name == "remote":
                batcher = MicroBatcher(started(REFERENCE))
                stack.callback(batcher.close)
                options = Options(url=stack.enter_context(running_service(batcher, ARTIFACT.digest)))
            return loaded.engine(name, ARTIFACT, folder, options)

        yield started


@pytest.fixture(scope="session", params=BARS, ids=lambda bar: bar.engine)
def bar(request: pytest.FixtureRequest) -> Bar:
    return request.param


@pytest.fixture(scope="session")
def engine(bar: Bar, start: Start) -> Engine:
    return start(bar.engine)


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    with (ROOT / "tests" / "data" / "own_intents.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)][::16][:40]


@pytest.fixture(scope="session")
def together(engine: Engine, sentences: list[str]) -> np.ndarray:
    """The engine's features of all sentences, asked for at once."""
    return engine.features(sentences)


def labels(features: np.ndarray) -> list[str]:
    return [ARTIFACT.head.labels[i] for i in ARTIFACT.head.probabilities(features).argmax(axis=1)]


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


def test_every_engine_has_a_bar() -> None:
    assert sorted(bar.engine for bar in BARS) == sorted(loaded.ENGINES)


def test_features_are_near_the_references(
    bar: Bar, start: Start, engine: Engine, sentences: list[str], together: np.ndarray
) -> None:
    reference = start(REFERENCE).features(sentences)
    assert (together.dtype, together.shape) == (np.float32, (40, ARTIFACT.class_means.shape[1]))
    same = sum(one == other for one, other in zip(labels(together), labels(reference), strict=True))
    cosine = float(cosines(together, reference).mean())
    print(f"\n{engine.name}: cosine {cosine:.4f}, same labels {same} of 40")
    assert cosine >= bar.cosine
    assert same >= bar.same


def test_an_engine_knows_its_name(bar: Bar, engine: Engine) -> None:
    assert engine.name == bar.engine


def test_a_sentence_is_read_alike_alone_and_in_any_company(
    bar: Bar, engine: Engine, sentences: list[str], together: np.ndarray
) -> None:
    chosen = list(range(0, 40, 7))
    alone = np.concatenate([engine.features([sentences[i]]) for i in chosen])
    backwards = engine.features([sentences[i] for i in reversed(chosen)])[::-1]
    for found in (alone, backwards):
        cosine = cosines(found, together[chosen])
        print(f"\n{engine.name}: read again, cosine {cosine.mean():.4f}, least {cosine.min():.4f}")
        assert cosine.mean() >= bar.steady
        assert labels(found) == labels(together[chosen])


def test_callers_at_once_get_their_own_answers(engine: Engine, sentences: list[str], together: np.ndarray) -> None:
    chosen = list(range(8))
    with ThreadPoolExecutor(8) as threads:
        found = np.concatenate(list(threads.map(lambda i: engine.features([sentences[i]]), chosen)))
    nearest = [int(np.argmax(together @ row / np.linalg.norm(together, axis=1))) for row in found]
    assert nearest == chosen


@pytest.mark.parametrize(
    ("odd", "read"),
    [
        ("", ""),
        ("   \n\t", ""),
        ("my\x00card\x07 was stolen", "my card was stolen"),
        ("\ud800my card\udfff was stolen", "my card was stolen"),
        ("\u200bｍｙ　ｃａｒｄ", "\u200bmy card"),
        ("💳" * 3, "💳💳💳"),
        ("👩‍👩‍👧 🇬🇧", "👩‍👩‍👧 🇬🇧"),
        ("where is it? " * 800, ("where is it? " * 800)[: encoder.MAX_CHARACTERS]),
        ("x" * 10_000, "x" * encoder.MAX_CHARACTERS),
    ],
    ids=["nothing", "blanks", "control", "surrogates", "full width", "emoji", "joined emoji", "long", "one long word"],
)
def test_every_string_has_features_and_does_not_disturb_its_neighbour(engine: Engine, odd: str, read: str) -> None:
    neighbour = "my card was stolen"
    found = engine.features([odd, read, neighbour])
    assert np.isfinite(found).all()
    assert cosines(found[:1], found[1:2]).min() >= 0.999
    assert labels(found[2:]) == ["lost_or_stolen_card"]


def test_no_sentences_have_no_features(engine: Engine) -> None:
    assert engine.features([]).shape == (0, ARTIFACT.class_means.shape[1])


def test_an_unknown_engine_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no engine 'abacus'; choose one of .*remote.*torch-bf16"):
        loaded.engine("abacus", ARTIFACT, tmp_path)


def test_an_engine_whose_library_is_not_installed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loaded.ENGINES, "other", ("not_there", "Other"))
    with pytest.raises(EngineError, match=r"engine other needs .*not_there; run `make install`"):
        loaded.engine("other", ARTIFACT, tmp_path)


def test_one_process_has_one_engine_and_one_batcher_of_a_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        name = "other"

        def __init__(self, artifact: artifacts.Artifact, folder: Path, options: Options) -> None:
            self.told = (artifact.digest, folder, options)

        def features(self, texts: list[str]) -> np.ndarray:
            return np.zeros((len(texts), 1), np.float32)

    monkeypatch.setattr(engines, "Other", Other, raising=False)
    monkeypatch.setitem(loaded.ENGINES, "other", ("engine", "Other"))
    made = loaded.engine("other", ARTIFACT, tmp_path, Options(url="a"))
    assert isinstance(made, Other)
    assert made.told == (ARTIFACT.digest, tmp_path, Options(url="a"))
    assert loaded.engine("other", ARTIFACT, tmp_path, Options(url="a")) is made
    assert loaded.engine("other", ARTIFACT, tmp_path, Options(url="b")) is not made
    batcher = loaded.batched("other", ARTIFACT, tmp_path, Options(url="b"))
    assert loaded.batched("other", ARTIFACT, tmp_path, Options(url="b")) is batcher
    batcher.close()
