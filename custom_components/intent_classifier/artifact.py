"""The tuned classifier as it is shipped: adapter, head, labels and how a sentence is read.

A folder holds `artifact.json` (the contract, with the SHA-256 of every other file), peft's
`adapter_config.json` and `adapter_model.safetensors`, and `head.safetensors`. Training writes it, the
engines read it; a missing or changed file stops the start.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from custom_components.intent_classifier.base_model import sha256_of
from custom_components.intent_classifier.encoder import Encoding, normalise

FORMAT = 1
CONTRACT_FILE = "artifact.json"
HEAD_FILE = "head.safetensors"
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


class ArtifactError(RuntimeError):
    """The shipped classifier is missing, damaged or of another format."""


@dataclass(frozen=True)
class Head:
    """A linear classifier over features.

    `weight` (labels, hidden) and `bias` (labels,) are float32; `temperature` divides the logits.
    """

    labels: tuple[str, ...]
    weight: np.ndarray
    bias: np.ndarray
    temperature: float

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Softmax over labels: (n, labels) from features (n, hidden)."""
        logits = (features @ self.weight.T + self.bias) / self.temperature
        logits -= logits.max(axis=1, keepdims=True)
        exponent = np.exp(logits)
        return exponent / exponent.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Artifact:
    """A shipped classifier on disk.

    `class_means` (labels, hidden) are the mean training features of each label; `digest` names exactly these files.
    """

    folder: Path
    base: str
    encoding: Encoding
    head: Head
    class_means: np.ndarray
    own_sentences_sha256: str
    digest: str


def load(folder: Path) -> Artifact:
    """The artefact in `folder`; raises ArtifactError unless every file is there and unchanged."""
    contract_path = folder / CONTRACT_FILE
    if not contract_path.is_file():
        raise ArtifactError(
            f"classifier: {contract_path} is missing; restore it from version control or `make finetune`"
        )
    content = contract_path.read_bytes()
    try:
        contract = json.loads(content)
        if contract["format"] != FORMAT:
            raise ArtifactError(f"classifier: {contract_path} has format {contract['format']}, expected {FORMAT}")
        for name, expected in contract["files"].items():
            path = folder / name
            if not path.is_file():
                raise ArtifactError(
                    f"classifier: {path} is missing; restore it from version control or `make finetune`"
                )
            if sha256_of(path) != expected:
                raise ArtifactError(f"classifier: {path} is damaged (SHA-256 differs); restore it from version control")
        tensors = load_file(folder / HEAD_FILE)
        return Artifact(
            folder=folder,
            base=contract["base"],
            encoding=Encoding(**contract["encoding"]),
            head=Head(tuple(contract["labels"]), tensors["weight"], tensors["bias"], float(contract["temperature"])),
            class_means=tensors["class_means"].astype(np.float32),
            own_sentences_sha256=contract["own_sentences_sha256"],
            digest=hashlib.sha256(content).hexdigest(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"classifier: {contract_path} cannot be read ({error})") from error


def save(
    folder: Path, *, base: str, encoding: Encoding, head: Head, class_means: np.ndarray, own_sentences_sha256: str
) -> None:
    """Write head and contract beside the adapter files that already lie in `folder`."""
    tensors: dict[str, np.ndarray] = {
        "weight": np.ascontiguousarray(head.weight, dtype=np.float32),
        "bias": np.ascontiguousarray(head.bias, dtype=np.float32),
        "class_means": np.ascontiguousarray(class_means, dtype=np.float16),
    }
    save_file(tensors, folder / HEAD_FILE)
    contract: dict[str, Any] = {
        "format": FORMAT,
        "base": base,
        "encoding": encoding.as_dict(),
        "labels": list(head.labels),
        "temperature": round(head.temperature, 4),
        "own_sentences_sha256": own_sentences_sha256,
        "files": {name: sha256_of(folder / name) for name in (*ADAPTER_FILES, HEAD_FILE)},
    }
    (folder / CONTRACT_FILE).write_text(json.dumps(contract, indent=2) + "\n", encoding="utf-8")


def sentences_sha256(pairs: list[tuple[str, str]]) -> str:
    """SHA-256 of (sentence, intent) pairs, whatever their order."""
    digest = hashlib.sha256()
    for text, intent in sorted({(normalise(text), intent) for text, intent in pairs}):
        digest.update(f"{text}\x1f{intent}\x1e".encode())
    return digest.hexdigest()
