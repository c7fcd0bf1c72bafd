from __future__ import annotations

import unicodedata

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaModel

from custom_components.intent_classifier import encoder, torch_features


@pytest.fixture(scope="module")
def llama() -> LlamaModel:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, pad_token_id=0
    )
    return LlamaModel(config).eval()


@pytest.mark.parametrize("pooling", ["last", "mean"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_does_not_change_a_sentence(llama: LlamaModel, pooling: str, bidirectional: bool) -> None:
    encoding = encoder.Encoding("", pooling, bidirectional, 8)
    short, long = [5, 6, 7], [9, 8, 7, 6, 5, 4]
    with torch.no_grad():
        together = torch_features.features(llama, encoding, *torch_features.pad([short, long]))
        alone = torch_features.features(llama, encoding, *torch_features.pad([short]))
    assert torch.allclose(together[0], alone[0], atol=1e-5)


def test_only_the_bidirectional_reading_sees_what_follows() -> None:
    mask = torch.tensor([[1, 1, 0]])
    causal, both = torch_features.visible(mask, False)[0, 0], torch_features.visible(mask, True)[0, 0]
    assert causal.tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert both.tolist() == [[True, True, False], [True, True, False], [True, True, True]]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  my   card\n ", "my card"),
        ("ｃａｒｄ", "card"),
        ("﹩5", "$5"),
        ("", ""),
        ("my\x00card\x1b", "my card"),
        ("\ud83dcard\udcb3", "card"),
        ("a" * 9_999, "a" * encoder.MAX_CHARACTERS),
        ("ﷺ" * 9_999, unicodedata.normalize("NFKC", "ﷺ" * 2_000)[: encoder.MAX_CHARACTERS].rstrip()),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_text_is_normalised_before_tokenising(written: str, read: str) -> None:
    assert encoder.normalise(written) == read


@given(st.text(st.characters(blacklist_categories=())))
def test_every_string_has_one_normal_form_that_can_be_written(text: str) -> None:
    normal = encoder.normalise(text)
    assert encoder.normalise(normal) == normal
    assert normal.encode().decode() == normal
