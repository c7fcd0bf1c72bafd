"""Linear layers in 4-bit NormalFloat with double quantisation (QLoRA, Dettmers et al. 2023), by bitsandbytes."""

from __future__ import annotations

from typing import cast

import bitsandbytes as bnb
import torch
from torch import nn


def quantise(llama: nn.Module, double: bool = True) -> None:
    """Replace every linear layer in place; the weights shrink when the module is next moved to a device.

    Arithmetic is in bfloat16. `double` quantises the blocks' scales as well.
    """
    for name, linear in list(llama.named_modules()):
        if isinstance(linear, nn.Linear):
            parent, _, attribute = name.rpartition(".")
            setattr(llama.get_submodule(parent), attribute, _quantised(linear, double))


def dequantise(llama: nn.Module) -> None:
    """Replace every quantised layer in place by a plain one that holds the values its 4 bits stand for, in bfloat16."""
    for name, linear in list(llama.named_modules()):
        if isinstance(linear, bnb.nn.Linear4bit):
            plain = nn.Linear(linear.in_features, linear.out_features, bias=False, device="meta")
            weight = cast(bnb.nn.Params4bit, linear.weight)
            values = bnb.functional.dequantize_4bit(weight.data, weight.quant_state)
            plain.weight = nn.Parameter(values.to(torch.bfloat16), requires_grad=False)
            parent, _, attribute = name.rpartition(".")
            setattr(llama.get_submodule(parent), attribute, plain)


def _quantised(linear: nn.Linear, double: bool) -> bnb.nn.Linear4bit:
    four_bit = bnb.nn.Linear4bit(
        linear.in_features,
        linear.out_features,
        bias=False,
        compute_dtype=torch.bfloat16,
        compress_statistics=double,
        quant_type="nf4",
    )
    four_bit.weight = bnb.nn.Params4bit(
        linear.weight.data, requires_grad=False, compress_statistics=double, quant_type="nf4"
    )
    return four_bit
