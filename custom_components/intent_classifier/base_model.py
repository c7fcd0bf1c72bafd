"""The base Llama read into PyTorch tensors, from GGUF or a directory in Hugging Face layout.

GGUF stores the query and key projections with each head's rows interleaved (llama.cpp's rotary
layout); `_rows_per_half` restores the half-split layout that transformers' rotary embedding expects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoConfig, LlamaConfig, LlamaModel
from transformers.initialization import no_init_weights

from custom_components.intent_classifier.base_files import BaseModel, BaseModelError

TOKENIZER_FILE = "tokenizer.json"


def load(base: BaseModel, dtype: torch.dtype = torch.float32) -> tuple[LlamaModel, Tokenizer]:
    """The base without a head, on CPU in `dtype`, and its byte-level BPE tokenizer, which adds no special tokens.

    Raises BaseModelError when the file is no Llama.
    """
    if not base.is_gguf:
        config = AutoConfig.from_pretrained(base.path, use_cache=False)  # nosec B615: a local directory
        config.pad_token_id = config.pad_token_id or 0
        llama = LlamaModel.from_pretrained(base.path, config=config, dtype=dtype)  # nosec B615: a local directory
        return llama, Tokenizer.from_file(str(base.path / TOKENIZER_FILE))
    reader = gguf.GGUFReader(str(base.path))
    config = _config(reader)
    llama = assemble(config, {name: tensor.to(dtype) for name, tensor in _tensors(reader, config)})
    return llama, _tokenizer(reader)


def assemble(config: LlamaConfig, state: dict[str, torch.Tensor]) -> LlamaModel:
    """A Llama over these tensors, which it shares; raises BaseModelError when they do not fit."""
    with no_init_weights():
        llama = LlamaModel(config)
    missing, unexpected = llama.load_state_dict(state, strict=False, assign=True)
    if missing or unexpected:
        raise BaseModelError(f"base model: not the tensors of a Llama: missing {missing}, extra {unexpected}")
    return llama


def _tokenizer(reader: gguf.GGUFReader) -> Tokenizer:
    tokens: list[str] = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(pair.split(" ", 1)) for pair in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _config(reader: gguf.GGUFReader) -> LlamaConfig:
    def value(key: str) -> Any:
        return reader.fields[f"llama.{key}"].contents()

    arguments: dict[str, Any] = {
        "vocab_size": value("vocab_size"),
        "hidden_size": value("embedding_length"),
        "intermediate_size": value("feed_forward_length"),
        "num_hidden_layers": value("block_count"),
        "num_attention_heads": value("attention.head_count"),
        "num_key_value_heads": value("attention.head_count_kv"),
        "rms_norm_eps": float(value("attention.layer_norm_rms_epsilon")),
        "rope_parameters": {"rope_type": "default", "rope_theta": float(value("rope.freq_base"))},
        "max_position_embeddings": value("context_length"),
        "pad_token_id": 0,
        "use_cache": False,
    }
    return LlamaConfig(**arguments)


_GGUF_TO_HF = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}


def _tensors(reader: gguf.GGUFReader, config: LlamaConfig) -> Iterator[tuple[str, torch.Tensor]]:
    heads = {"attn_q": int(config.num_attention_heads or 1), "attn_k": int(config.num_key_value_heads or 1)}
    for tensor in reader.tensors:
        array = torch.from_numpy(np.array(gguf.quants.dequantize(tensor.data, tensor.tensor_type)))
        if tensor.name == "token_embd.weight":
            yield "embed_tokens.weight", array
        elif tensor.name == "output_norm.weight":
            yield "norm.weight", array
        elif tensor.name.startswith("blk."):
            _, layer, part, _ = tensor.name.split(".")
            if part in heads:
                array = _rows_per_half(array, heads[part])
            yield f"layers.{layer}.{_GGUF_TO_HF[part]}.weight", array


def _rows_per_half(weight: torch.Tensor, heads: int) -> torch.Tensor:
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)
