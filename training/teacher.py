"""What the Llama learns from beside the labels: a small sentence encoder, frozen and tuned on the same rows.

A generative Llama starts with no notion that two paraphrases belong together; an encoder trained on a billion sentence
pairs has one (Reimers & Gurevych 2019). During fine-tuning the Llama's features, through a projection that is thrown
away afterwards, are pulled towards the encoder's, as it is and as it becomes when it is tuned on the run's own rows;
its logits there are soft labels (Hinton et al. 2015). The encoder is never served.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from tqdm import tqdm

from training.data import Row
from training.encoder_model import SIZE, SentenceEncoder

FEATURES = 2 * SIZE
EPOCHS = 5
_BATCH, _SORTED_TOGETHER = 32, 20
_RATE, _HEAD_RATE, _WARM_UP = 1e-4, 1e-2, 0.06
_INVERSE_REGULARISATION = 10.0


@dataclass(frozen=True)
class Lesson:
    """Of each row: `features` (rows, FEATURES), frozen beside tuned, both of length one; `logits` (rows, labels)."""

    features: np.ndarray
    logits: np.ndarray


def embed(texts: list[str]) -> np.ndarray:
    """float32 (len(texts), SIZE): the frozen encoder's vectors, of length one. Raises DataError without it."""
    return _embed(SentenceEncoder(), texts)


def prepare(rows: list[Row], labels: list[str], seed: int) -> Lesson:
    """Tune the encoder on `rows`, and ask it about them; deterministic by `seed`. Raises DataError without it."""
    texts = [row.text for row in rows]
    targets = np.array([labels.index(row.intent) for row in rows])
    encoder = SentenceEncoder().to("cuda" if torch.cuda.is_available() else "cpu")
    frozen = _embed(encoder, texts)
    head = _fitted_head(frozen, targets, len(labels)).to(encoder.bert.device)
    _tune(encoder, head, texts, targets, seed)
    tuned = _embed(encoder, texts)
    with torch.inference_mode():
        logits = head(torch.from_numpy(tuned).to(encoder.bert.device)).cpu().numpy()
    return Lesson(np.concatenate([frozen, tuned], axis=1), logits)


def _fitted_head(features: np.ndarray, targets: np.ndarray, num_labels: int) -> nn.Linear:
    """A logistic regression over the frozen vectors: tuning starts where the encoder is of use already."""
    fitted = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=200).fit(features, targets)
    head = nn.Linear(features.shape[1], num_labels)
    head.weight.data.copy_(torch.from_numpy(fitted.coef_))
    head.bias.data.copy_(torch.from_numpy(fitted.intercept_))
    return head


def _tune(encoder: SentenceEncoder, head: nn.Linear, texts: list[str], targets: np.ndarray, seed: int) -> None:
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    sequences = encoder.tokenise(texts)
    steps = EPOCHS * -(-len(texts) // _BATCH)
    groups = [
        {"params": list(encoder.parameters()), "lr": _RATE},
        {"params": list(head.parameters()), "lr": _HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [_RATE, _HEAD_RATE], total_steps=steps, pct_start=_WARM_UP, cycle_momentum=False
    )
    answers = torch.from_numpy(targets).to(encoder.bert.device)
    encoder.train()
    lengths = [len(ids) for ids in sequences]
    batches = (chosen for _ in range(EPOCHS) for chosen in _batches(lengths, generator))
    for chosen in tqdm(batches, "teacher", steps, mininterval=10):
        with torch.autocast(encoder.bert.device.type, dtype=torch.bfloat16):
            features = encoder([sequences[i] for i in chosen])
        loss = nn.functional.cross_entropy(head(features), answers[chosen])
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
    encoder.eval()


def _batches(lengths: list[int], generator: np.random.Generator) -> list[np.ndarray]:
    """Shuffled batches of rows of like length, so that little is padded."""
    drawn = generator.permutation(len(lengths))
    size = _BATCH * _SORTED_TOGETHER
    pools = [drawn[start : start + size] for start in range(0, len(drawn), size)]
    ordered = [sorted(pool, key=lengths.__getitem__) for pool in pools]
    batches = [np.array(pool[start : start + _BATCH]) for pool in ordered for start in range(0, len(pool), _BATCH)]
    generator.shuffle(batches)
    return batches


def _embed(encoder: SentenceEncoder, texts: list[str]) -> np.ndarray:
    encoder.eval()
    sequences = encoder.tokenise(texts)
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    vectors = np.empty((len(texts), SIZE), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 2 * _BATCH):
            chosen = order[start : start + 2 * _BATCH]
            vectors[chosen] = encoder([sequences[i] for i in chosen]).cpu().numpy()
    return vectors
