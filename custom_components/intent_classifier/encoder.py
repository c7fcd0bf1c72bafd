"""From token ids to one feature vector a sentence: the part that training and every engine must do alike."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn


@dataclass(frozen=True)
class Encoding:
    """How a sentence is read.

    `lead` is put before every sentence: a Llama spends its first position as an attention sink (Xiao et al. 2024),
    and a sentence of one word would be nothing but that. `pooling` is "last" (the last token's state) or "mean"
    (over tokens); `bidirectional` lets every token see the whole sentence instead of only what stands before it.
    """

    lead: str
    pooling: str
    bidirectional: bool
    max_tokens: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def normalise(text: str) -> str:
    """NFKC, outer space stripped, inner space single."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def tokenise(tokenizer: Tokenizer, encoding: Encoding, texts: list[str]) -> list[list[int]]:
    """Token ids of each text after its lead, at most `max_tokens`, never none."""
    encoded = tokenizer.encode_batch([encoding.lead + normalise(text) for text in texts])
    return [item.ids[: encoding.max_tokens] or [0] for item in encoded]


def pad(sequences: list[list[int]], pad_id: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, mask), both int64 of shape (batch, longest), padded on the right."""
    longest = max(map(len, sequences))
    ids = torch.full((len(sequences), longest), pad_id, dtype=torch.long)
    mask = torch.zeros((len(sequences), longest), dtype=torch.long)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence, dtype=torch.long)
        mask[row, : len(sequence)] = 1
    return ids, mask


def visible(mask: torch.Tensor, bidirectional: bool) -> torch.Tensor:
    """Which key each query may attend to: bool of shape (batch, 1, length, length) from a (batch, length) mask."""
    batch, length = mask.shape
    seen = mask.bool()[:, None, None, :].expand(batch, 1, length, length)
    if not bidirectional:
        seen = seen & torch.ones(length, length, dtype=torch.bool, device=mask.device).tril()
    # A padded query must see something, or its softmax is NaN and spreads through the gradient.
    return seen | torch.eye(length, dtype=torch.bool, device=mask.device)


def pool(hidden: torch.Tensor, mask: torch.Tensor, pooling: str) -> torch.Tensor:
    """Features of shape (batch, hidden size), float32, from states of shape (batch, length, hidden size)."""
    hidden = hidden.float()
    if pooling == "mean":
        weights = mask.unsqueeze(-1).float()
        return (hidden * weights).sum(1) / weights.sum(1)
    last = mask.sum(1) - 1
    return hidden[torch.arange(hidden.shape[0], device=hidden.device), last]


def features(llama: nn.Module, encoding: Encoding, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Features of shape (batch, hidden size), float32, from a LlamaModel or one with an adapter around it."""
    positions = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0).expand_as(ids)
    hidden = llama(
        input_ids=ids,
        attention_mask=visible(mask, encoding.bidirectional),
        position_ids=positions,
        use_cache=False,
    ).last_hidden_state
    return pool(hidden, mask, encoding.pooling)
