"""The head refitted on a project's own sentences, close to the shipped one.

Softmax regression over the Llama's features, started at the shipped weights and pulled back to them by an
L2 term; the shipped mean features of every label are rehearsed as examples, so that intents without new
sentences keep their place (learning without forgetting, by anchors instead of the old data).
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from custom_components.intent_classifier.artifact import Head

PULL = 0.05
REHEARSAL = 1.0
_ITERATIONS = 60


def refit(shipped: Head, class_means: np.ndarray, features: np.ndarray, intents: list[str]) -> Head:
    """A head over exactly the intents given: shipped ones keep their anchor, new ones start from their mean.

    `class_means` (labels, hidden) belong to the shipped labels, `features` (n, hidden) to `intents` (n).
    """
    kept = [i for i, label in enumerate(shipped.labels) if label in set(intents)]
    shipped_labels = tuple(shipped.labels[i] for i in kept)
    shipped = Head(shipped_labels, shipped.weight[kept], shipped.bias[kept], shipped.temperature)
    class_means = class_means[kept]
    new = sorted(set(intents) - set(shipped.labels))
    labels = shipped.labels + tuple(new)
    index = {label: i for i, label in enumerate(labels)}
    targets = torch.tensor([index[intent] for intent in intents])
    examples = torch.from_numpy(features)
    anchor_weight = torch.cat([torch.from_numpy(shipped.weight), _start(shipped, examples, targets, new, index)])
    anchor_bias = torch.cat([torch.from_numpy(shipped.bias), torch.zeros(len(new))])
    weight, bias = anchor_weight.clone().requires_grad_(), anchor_bias.clone().requires_grad_()
    means, own = torch.from_numpy(class_means), torch.arange(len(shipped.labels))
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = cross_entropy(examples @ weight.T + bias, targets)
        loss = loss + REHEARSAL * cross_entropy(means @ weight.T + bias, own)
        loss = loss + PULL * ((weight - anchor_weight).pow(2).sum() + (bias - anchor_bias).pow(2).sum())
        loss.backward()
        return loss

    optimiser.step(closure)
    return Head(labels, weight.detach().numpy(), bias.detach().numpy(), shipped.temperature)


def _start(
    shipped: Head, examples: torch.Tensor, targets: torch.Tensor, new: list[str], index: dict[str, int]
) -> torch.Tensor:
    """First weights of new intents: their mean feature, as long as a shipped row is on average."""
    length = float(np.linalg.norm(shipped.weight, axis=1).mean())
    rows = [examples[targets == index[intent]].mean(0) for intent in new]
    if not rows:
        return torch.empty(0, examples.shape[1])
    return length * torch.nn.functional.normalize(torch.stack(rows), dim=1)
