"""The tuned classifier as it is shipped: adapter, head, labels and how a sentence is read.

A folder holds `artifact.json` (the contract, with the SHA-256 of every other file), peft's
`adapter_config.json` and `adapter_model.safetensors`, and `head.safetensors`. Training writes it, the
engines read it; a missing or changed file stops the start.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from custom_components.intent_classifier.base_files import sha256_of
from custom_components.intent_classifier.encoder import Encoding, normalise

FORMAT = 2
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

    def logits(self, features: np.ndarray) -> np.ndarray:
        """(n, labels) from features (n, hidden), before the temperature."""
        return features @ self.weight.T + self.bias

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Softmax over labels: (n, labels) from features (n, hidden)."""
        logits = self.logits(features) / self.temperature
        logits -= logits.max(axis=1, keepdims=True)
        exponent = np.exp(logits)
        return exponent / exponent.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class OperatingPoint:
    """What was fitted on held-out rows: where the classifier answers, and where it asks back.

    `in_scope_scores` is a sorted sample of the held-out rows' scores (see in_scope), empty where none was fitted;
    below `in_scope` a sentence counts as out of scope, below `fallback` or with the second intent within `ambiguity`
    of the first the assistant asks which was meant. All three are confidences in [0, 1].
    """

    in_scope_scores: tuple[float, ...]
    in_scope: float
    fallback: float
    ambiguity: float


UNCALIBRATED = OperatingPoint(in_scope_scores=(), in_scope=0.0, fallback=0.4, ambiguity=0.05)


@dataclass(frozen=True)
class Artifact:
    """A shipped classifier on disk.

    `base_quantisation` is "nf4" when the adapter was trained over the base in 4 bits (QLoRA): the weights it belongs to
    are the ones those 4 bits stand for. `class_means` (labels, hidden) are the mean training features of each label;
    `digest` names exactly these files.
    """

    folder: Path
    base: str
    base_quantisation: str
    encoding: Encoding
    head: Head
    class_means: np.ndarray
    operating_point: OperatingPoint
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
            base_quantisation=contract["base_quantisation"],
            encoding=Encoding(**contract["encoding"]),
            head=Head(tuple(contract["labels"]), tensors["weight"], tensors["bias"], float(contract["temperature"])),
            class_means=tensors["class_means"].astype(np.float32),
            operating_point=_operating_point(contract["operating_point"]),
            own_sentences_sha256=contract["own_sentences_sha256"],
            digest=hashlib.sha256(content).hexdigest(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"classifier: {contract_path} cannot be read ({error})") from error


def save(
    folder: Path,
    *,
    base: str,
    base_quantisation: str,
    encoding: Encoding,
    head: Head,
    class_means: np.ndarray,
    own_sentences_sha256: str,
    operating_point: OperatingPoint = UNCALIBRATED,
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
        "base_quantisation": base_quantisation,
        "encoding": encoding.as_dict(),
        "labels": list(head.labels),
        "temperature": round(head.temperature, 4),
        "operating_point": asdict(operating_point),
        "own_sentences_sha256": own_sentences_sha256,
        "files": {name: sha256_of(folder / name) for name in (*ADAPTER_FILES, HEAD_FILE)},
    }
    (folder / CONTRACT_FILE).write_text(json.dumps(contract, indent=2) + "\n", encoding="utf-8")


def calibrate(folder: Path, temperature: float, operating_point: OperatingPoint) -> None:
    """Write a temperature and an operating point into the artefact in `folder`; nothing else of it changes."""
    artifact = load(folder)
    save(
        folder,
        base=artifact.base,
        base_quantisation=artifact.base_quantisation,
        encoding=artifact.encoding,
        head=replace(artifact.head, temperature=temperature),
        class_means=artifact.class_means,
        own_sentences_sha256=artifact.own_sentences_sha256,
        operating_point=operating_point,
    )


def _operating_point(stored: dict[str, Any]) -> OperatingPoint:
    return OperatingPoint(**{**stored, "in_scope_scores": tuple(stored["in_scope_scores"])})


def sentences_sha256(pairs: list[tuple[str, str]]) -> str:
    """SHA-256 of (sentence, intent) pairs, whatever their order."""
    digest = hashlib.sha256()
    for text, intent in sorted({(normalise(text), intent) for text, intent in pairs}):
        digest.update(f"{text}\x1f{intent}\x1e".encode())
    return digest.hexdigest()
