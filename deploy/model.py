"""The Rasa model archive: trained when there is none, when its inputs changed, or when it cannot be read."""

from __future__ import annotations

import hashlib
import subprocess  # nosec B404: runs this project's `rasa train`
import sys
import tarfile
from pathlib import Path

from common.settings import ROOT

ARCHIVE = ROOT / "models" / "teller.tar.gz"
_INPUTS = ARCHIVE.with_name("teller.inputs")
_SOURCES = ("config.yml", "domain.yml", "data", "models/intents/artifact.json", "requirements.txt")


class ModelError(RuntimeError):
    """The model cannot be trained."""


def train_if_changed(environment: dict[str, str]) -> None:
    """Train unless the archive stands for exactly today's inputs; raises ModelError when training fails."""
    inputs = fingerprint()
    if _INPUTS.is_file() and _INPUTS.read_text() == f"{inputs} {_digest(ARCHIVE)}" and readable():
        return
    print("Training the Rasa model (a few minutes the first time)", flush=True)
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", ARCHIVE.name.split(".")[0]]
    done = subprocess.run([*command, "--out", "models"], cwd=ROOT, env=environment, check=False)  # nosec B603
    if done.returncode != 0 or not readable():
        raise ModelError("the Rasa model was not trained; see the lines above")
    _INPUTS.write_text(f"{inputs} {_digest(ARCHIVE)}")


def readable() -> bool:
    """Whether the archive is there and whole."""
    try:
        with tarfile.open(ARCHIVE) as archive:
            return "metadata.json" in {name.removeprefix("./") for name in archive.getnames()}
    except (OSError, tarfile.TarError, EOFError):
        return False


def fingerprint() -> str:
    """SHA-256 over the files that a training reads."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
