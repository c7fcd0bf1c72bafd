"""The hand-written graph against transformers' Llama, on a tiny one."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from transformers import LlamaConfig, LlamaModel

from custom_components.intent_classifier import encoder, torch_features
from custom_components.intent_classifier.engines import llama_graph

HIDDEN, LONGEST = 96, 16
CONFIG = LlamaConfig(
    vocab_size=50,
    hidden_size=HIDDEN,
    intermediate_size=160,
    num_hidden_layers=3,
    num_attention_heads=6,
    num_key_value_heads=2,
    rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    pad_token_id=0,
    attn_implementation="eager",
)
SHORT, LONG = [5, 6, 7], [9, 8, 7, 6, 5, 4, 11, 12]


@pytest.fixture(scope="module")
def llama() -> LlamaModel:
    torch.manual_seed(3)
    return LlamaModel(CONFIG).eval()


@pytest.fixture(scope="module")
def session(llama: LlamaModel) -> onnxruntime.InferenceSession:
    shape = llama_graph.Shape(HIDDEN, 160, 3, 6, 2, CONFIG.rms_norm_eps, 10000.0, LONGEST)
    tensors = {name: value.detach().numpy() for name, value in llama.named_parameters()}
    return onnxruntime.InferenceSession(
        llama_graph.build(shape, tensors).SerializeToString(), providers=["CPUExecutionProvider"]
    )


def by_graph(
    session: onnxruntime.InferenceSession, llama: LlamaModel, sequences: list[list[int]], bidirectional: bool
) -> np.ndarray:
    ids, mask = torch_features.pad(sequences)
    weights = (mask / mask.sum(1, keepdim=True)).unsqueeze(-1)
    with torch.no_grad():
        embedded = llama.embed_tokens(ids)
    inputs = {
        "embedded": embedded.numpy(),
        "positions": np.tile(np.arange(ids.shape[1]), (len(sequences), 1)),
        "mask": torch_features.scores(mask, bidirectional, torch.float32).numpy(),
        "weights": weights.numpy().astype(np.float32),
    }
    return session.run(None, inputs)[0]


def by_torch(llama: LlamaModel, sequences: list[list[int]], bidirectional: bool) -> np.ndarray:
    encoding = encoder.Encoding("", "mean", bidirectional, LONGEST)
    with torch.no_grad():
        return torch_features.features(llama, encoding, *torch_features.pad(sequences)).numpy()


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_graph_computes_what_the_llama_does(
    session: onnxruntime.InferenceSession, llama: LlamaModel, bidirectional: bool
) -> None:
    expected = by_torch(llama, [SHORT, LONG], bidirectional)
    given = by_graph(session, llama, [SHORT, LONG], bidirectional)
    assert [cosine(a, b) for a, b in zip(given, expected, strict=True)] == pytest.approx([1, 1], abs=2e-3)
    other = by_torch(llama, [SHORT, LONG], not bidirectional)
    assert cosine(given[1], expected[1]) > cosine(given[1], other[1])


def test_an_answer_does_not_depend_on_the_sentences_beside_it(
    session: onnxruntime.InferenceSession, llama: LlamaModel
) -> None:
    alone = by_graph(session, llama, [SHORT], True)[0]
    together = by_graph(session, llama, [SHORT, LONG, LONG], True)[0]
    assert cosine(alone, together) > 0.9999


def test_one_huge_token_does_not_blur_the_others(llama: LlamaModel) -> None:
    """A row a thousand times the others' size leaves their 8 bits alone."""
    graph = llama_graph._Graph()
    generator = np.random.default_rng(1)
    weight = generator.normal(size=(24, HIDDEN)).astype(np.float32)
    product = graph.scaled_product("rows", weight)
    model = onnxruntime.InferenceSession(
        _single(graph, product).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    rows = generator.normal(size=(1, 4, HIDDEN)).astype(np.float32)
    rows[0, 0] *= 1000
    given = model.run(None, {"rows": rows})[0]
    error = np.abs(given - rows @ weight.T).max(axis=2)[0] / np.abs(rows @ weight.T).max(axis=2)[0]
    assert error.max() < 0.02


def _single(graph: llama_graph._Graph, output: str):
    from onnx import TensorProto, helper, numpy_helper

    graph._constants.append(numpy_helper.from_array(np.array([-1]), "last_axis"))
    made = helper.make_graph(
        graph._nodes,
        "product",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["b", "t", HIDDEN])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["b", "t", 24])],
        graph._constants,
    )
    return helper.make_model(
        made, opset_imports=[helper.make_opsetid("", 23), helper.make_opsetid("com.microsoft", 1)], ir_version=10
    )
