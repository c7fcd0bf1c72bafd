"""A Llama without a head as an ONNX graph of 8-bit matrix products, written operator by operator.

Against an exported model: query, key and value are one product, as are gate and up; the residual addition is part
of the normalisation; rotation and attention are one operator each. Weights are symmetric 8-bit integers, one scale an
output channel. Activations are quantised as they come. Where they enter the down projection each row (one token) is
first divided by its largest value, because the few tokens with huge activations (Sun et al. 2024, "Massive
activations") would otherwise leave all others a handful of levels; the other products take normalised rows and need
no such scale.

Inputs: `embedded` (batch, length, hidden), `positions` (batch, length) int64, `mask` (batch, 1, length, length)
added to the attention's scores, `weights` (batch, length, 1) of the pooling. Output: `features` (batch, hidden).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

INPUTS = ("embedded", "positions", "mask", "weights")
OUTPUT = "features"
_OPSET, _IR_VERSION, _FUSED = 23, 10, "com.microsoft"


@dataclass(frozen=True)
class Shape:
    """The sizes of a Llama; `longest` bounds the length of a sentence in tokens."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    key_value_heads: int
    epsilon: float
    rope_theta: float
    longest: int

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads


def build(shape: Shape, tensors: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """The graph over float32 `tensors`, named as in transformers' LlamaModel."""
    graph = _Graph()
    graph.constants(shape)
    residual = INPUTS[0]
    normalised = graph.node(
        "SimplifiedLayerNormalization",
        [residual, graph.constant(tensors["layers.0.input_layernorm.weight"])],
        epsilon=shape.epsilon,
        axis=-1,
        stash_type=1,
    )[0]
    for layer in range(shape.layers):
        weight = {
            name.removeprefix(f"layers.{layer}.").removesuffix(".weight"): value
            for name, value in tensors.items()
            if name.startswith(f"layers.{layer}.")
        }
        attended = graph.attention(shape, weight, normalised)
        normalised, residual = graph.add_and_normalise(
            attended, residual, weight["post_attention_layernorm"], shape.epsilon
        )
        following = f"layers.{layer + 1}.input_layernorm.weight" if layer + 1 < shape.layers else "norm.weight"
        normalised, residual = graph.add_and_normalise(
            graph.feed_forward(weight, normalised), residual, tensors[following], shape.epsilon
        )
    graph.pool(normalised)
    return graph.model(shape.hidden)


class _Graph:
    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, value: np.ndarray, name: str = "") -> str:
        name = name or f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: int = 1, domain: str = "", **attributes: Any) -> list[str]:
        names = [f"{kind}_{len(self._nodes)}_{i}" for i in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, name=names[0], domain=domain, **attributes))
        return names

    def constants(self, shape: Shape) -> None:
        half = np.arange(0, shape.head_size, 2) / shape.head_size
        angles = np.arange(shape.longest)[:, None] / shape.rope_theta ** half[None]
        self.constant(np.cos(angles).astype(np.float32), "cosines")
        self.constant(np.sin(angles).astype(np.float32), "sines")
        self.constant(np.array([-1]), "last_axis")
        self.constant(np.array([1]), "token_axis")
        keys = shape.key_value_heads * shape.head_size
        self.constant(np.array([shape.hidden, keys, keys]), "query_key_value")
        self.constant(np.array([shape.intermediate] * 2), "gate_up")

    def scaled_product(self, rows: str, weight: np.ndarray) -> str:
        """`product` of rows each divided by its largest value, and multiplied by it again."""
        largest = self.node("ReduceMax", [self.node("Abs", [rows])[0], "last_axis"], keepdims=1)[0]
        multiplied = self.product(self.node("Div", [rows, largest])[0], weight)
        return self.node("Mul", [multiplied, largest])[0]

    def product(self, rows: str, weight: np.ndarray) -> str:
        """`rows` times the transpose of `weight` (outputs, inputs), in 8-bit integers."""
        scale = np.maximum(np.abs(weight).max(axis=1), np.finfo(np.float32).tiny) / 127
        integers = np.round(weight / scale[:, None]).astype(np.int8).T
        return self.node(
            "DynamicQuantizeMatMul",
            [
                rows,
                self.constant(integers),
                self.constant(scale.astype(np.float32)),
                self.constant(np.zeros(scale.shape, dtype=np.int8)),
            ],
            domain=_FUSED,
        )[0]

    def attention(self, shape: Shape, weight: Mapping[str, np.ndarray], rows: str) -> str:
        joined = np.concatenate([weight[f"self_attn.{part}_proj"] for part in "qkv"])
        query, key, value = self.node("Split", [self.product(rows, joined), "query_key_value"], 3, axis=-1)
        rotated = [
            self.node("RotaryEmbedding", [part, "positions", "cosines", "sines"], domain=_FUSED, num_heads=heads)[0]
            for part, heads in ((query, shape.heads), (key, shape.key_value_heads))
        ]
        attended = self.node(
            "Attention", [*rotated, value, "mask"], q_num_heads=shape.heads, kv_num_heads=shape.key_value_heads
        )[0]
        return self.product(attended, weight["self_attn.o_proj"])

    def feed_forward(self, weight: Mapping[str, np.ndarray], rows: str) -> str:
        joined = np.concatenate([weight["mlp.gate_proj"], weight["mlp.up_proj"]])
        gate, up = self.node("Split", [self.product(rows, joined), "gate_up"], 2, axis=-1)
        opened = self.node("QuickGelu", [gate], domain=_FUSED, alpha=1.0)[0]  # x·sigmoid(x), that is SiLU
        return self.scaled_product(self.node("Mul", [opened, up])[0], weight["mlp.down_proj"])

    def add_and_normalise(self, rows: str, residual: str, weight: np.ndarray, epsilon: float) -> tuple[str, str]:
        """(normalised sum, sum)."""
        normalised, total = (f"{kind}_{len(self._nodes)}" for kind in ("normalised", "total"))
        self._nodes.append(
            helper.make_node(
                "SkipSimplifiedLayerNormalization",
                [rows, residual, self.constant(weight)],
                [normalised, "", "", total],
                name=normalised,
                domain=_FUSED,
                epsilon=epsilon,
            )
        )
        return normalised, total

    def pool(self, rows: str) -> None:
        weighted = self.node("Mul", [rows, "weights"])[0]
        self._nodes.append(helper.make_node("ReduceSum", [weighted, "token_axis"], [OUTPUT], name=OUTPUT, keepdims=0))

    def model(self, hidden: int) -> onnx.ModelProto:
        shapes: dict[str, tuple[int, list[str | int]]] = {
            "embedded": (TensorProto.FLOAT, ["batch", "length", hidden]),
            "positions": (TensorProto.INT64, ["batch", "length"]),
            "mask": (TensorProto.FLOAT, ["batch", 1, "length", "length"]),
            "weights": (TensorProto.FLOAT, ["batch", "length", 1]),
        }
        graph = helper.make_graph(
            self._nodes,
            "llama",
            [helper.make_tensor_value_info(name, *shapes[name]) for name in INPUTS],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", hidden])],
            self._constants,
        )
        versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=_IR_VERSION)
