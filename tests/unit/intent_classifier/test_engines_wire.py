"""The agreement between the remote engine and the classifier service."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from custom_components.intent_classifier import encoder
from custom_components.intent_classifier.engines import wire

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)
FLOATS = arrays(np.float32, st.tuples(st.integers(0, 5), st.integers(1, 5)), elements=FINITE)


@given(FLOATS)
def test_features_arrive_bit_by_bit(features: np.ndarray) -> None:
    found, digest = wire.features_of(json.dumps(wire.answer(features, "abc")).encode())
    assert (found.dtype, found.shape, digest) == (np.float32, features.shape, "abc")
    assert found.tobytes() == features.tobytes()


@given(st.lists(st.text(st.characters()), min_size=1, max_size=wire.MAX_TEXTS))
def test_every_normalised_text_arrives(texts: list[str]) -> None:
    sent = [encoder.normalise(text) for text in texts]
    assert wire.texts_of(wire.request(sent)) == sent


@pytest.mark.parametrize("character", ["\U0001f4b3", '"', "\\", "/", "\u2028"])
def test_the_longest_request_fits_into_a_body(character: str) -> None:
    longest = encoder.normalise(character * encoder.MAX_CHARACTERS)
    assert len(longest) == encoder.MAX_CHARACTERS or character == "\u2028"
    assert len(wire.request([longest] * wire.MAX_TEXTS)) <= wire.MAX_BODY_BYTES


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b'"texts"', b"\xff\xfe", b"{}", b'{"texts": "secret"}', b'{"texts": [1]}'),
        *(b'{"texts": []}', b'{"texts": [null]}', b'{"texts": {"0": "secret"}}'),
        json.dumps({"texts": ["secret"] * (wire.MAX_TEXTS + 1)}).encode(),
        b'{"texts": ' + b"[" * 100_000,
    ],
    ids=lambda body: body[:24].decode("latin-1") or "nothing",
)
def test_a_request_of_another_form_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(wire.WireError) as refused:
        wire.texts_of(body)
    assert "secret" not in str(refused.value)


GOOD = json.loads(json.dumps(wire.answer(np.ones((2, 3), np.float32), "abc")))
NOT_FINITE = base64.b64encode(np.array([[1, 2, np.nan], [0, 0, 0]], dtype="<f4").tobytes()).decode()


@pytest.mark.parametrize(
    "change",
    [
        {"features": NOT_FINITE},
        {"features": GOOD["features"][:-4]},
        {"features": "*" * 32},
        {"features": None},
        {"shape": [3, 3]},
        {"shape": [-1, 4]},
        {"shape": [6]},
        {"shape": "23"},
        {"shape": None},
    ],
    ids=str,
)
def test_an_answer_of_another_form_is_refused(change: dict) -> None:
    with pytest.raises(wire.WireError):
        wire.features_of(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"digest": "abc"}'])
def test_what_is_no_answer_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.features_of(body)
