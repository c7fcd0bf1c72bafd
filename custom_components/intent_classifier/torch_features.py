"""From token ids to one feature vector a sentence, under PyTorch: for training and the engines that run there."""

from __future__ import annotations

import torch
from torch import nn

from custom_components.intent_classifier.encoder import Encoding

_UNSEEN = -1e4


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


def scores(mask: torch.Tensor, bidirectional: bool, dtype: torch.dtype) -> torch.Tensor:
    """What is added to the attention's scores, (batch, 1, length, length): every implementation understands it."""
    seen = visible(mask, bidirectional)
    return torch.zeros(seen.shape, dtype=dtype, device=mask.device).masked_fill(~seen, _UNSEEN)


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
        attention_mask=scores(mask, encoding.bidirectional, next(llama.parameters()).dtype),
        position_ids=positions,
        use_cache=False,
    ).last_hidden_state
    return pool(hidden, mask, encoding.pooling)
