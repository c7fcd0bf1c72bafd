"""What is remembered of a parse, and what never is."""

from __future__ import annotations

from typing import Any

import pytest

from custom_components.channels.parse_cache import ParseCache

WORDS = "has my salary come yet"


def parse(**more: Any) -> dict[str, Any]:
    ranking = [{"name": "check_balance", "confidence": 0.75}, {"name": "greet", "confidence": 0.1}]
    return {"text": WORDS, "intent": ranking[0], "entities": [], "intent_ranking": ranking, **more}


def without_text(parsed: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parsed.items() if key != "text"}


@pytest.fixture
def cache() -> ParseCache:
    return ParseCache(b"k" * 32, most=3)


def test_a_parse_comes_back_without_the_words_and_for_the_caller_alone(cache: ParseCache) -> None:
    cache.put("m", WORDS, parse(out_of_scope=0.2))
    first = cache.get("m", WORDS)
    assert first == without_text(parse(out_of_scope=0.2))
    first["entities"].append("changed by its owner")
    assert cache.get("m", WORDS) == without_text(parse(out_of_scope=0.2))


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("send 20 pounds to Mia", {}),
        ("my code is ٤٨١٢", {}),
        (WORDS, {"entities": [{"entity": "payee", "value": "Mia", "start": 0, "end": 3}]}),
        (WORDS, {"tokens": ["has", "my", "salary"]}),
        (WORDS, {"response_selector": {"default": {"response": {"intent_response_key": "chitchat/weather"}}}}),
    ],
    ids=["digits", "arabic digits", "an entity", "tokens", "a string somewhere deep"],
)
def test_what_could_hold_the_words_is_not_kept(cache: ParseCache, words: str, more: dict[str, Any]) -> None:
    cache.put("m", words, parse(**more))
    assert cache.get("m", words) is None


@pytest.mark.parametrize(
    ("model", "words"), [("other", WORDS), ("m", WORDS.upper()), ("m", f"{WORDS} "), ("m", WORDS.replace("salary", ""))]
)
def test_other_words_and_other_models_are_not_known(cache: ParseCache, model: str, words: str) -> None:
    cache.put("m", WORDS, parse())
    assert cache.get(model, words) is None


def test_the_words_are_nowhere_in_it(cache: ParseCache) -> None:
    cache.put("m", WORDS, parse())
    assert cache.get("m", WORDS)
    assert not [word for word in WORDS.split() if word in repr(vars(cache))]


def test_marks_cannot_be_guessed_without_the_key(cache: ParseCache) -> None:
    other = ParseCache(b"x" * 32)
    for kept in (cache, other):
        kept.put("m", WORDS, parse())
    assert not set(cache._kept) & set(other._kept)


def test_the_least_recently_used_is_forgotten_first(cache: ParseCache) -> None:
    for words in ("one", "two", "three"):
        cache.put("m", words, parse())
    assert cache.get("m", "one")
    cache.put("m", "four", parse())
    assert [words for words in ("one", "two", "three", "four") if cache.get("m", words)] == ["one", "three", "four"]
