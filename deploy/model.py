"""The Rasa model archive: trained when there is none or when its inputs changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess  # nosec B404: runs this project's `rasa train`
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.settings import ROOT, home

ARCHIVE = ROOT / "models" / "teller.tar.gz"
_INPUTS = ARCHIVE.with_name("teller.inputs")
_LOCK = ARCHIVE.with_name("teller.lock")
_SOURCES = ("config.yml", "domain.yml", "data", "models/intents/artifact.json", "requirements.txt")


class ModelError(RuntimeError):
    """The model cannot be trained."""


@contextmanager
def alone() -> Iterator[None]:
    """Hold the model's lock: two starts at once train once."""
    ARCHIVE.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ensure(environment: dict[str, str]) -> None:
    """Train when there is no archive or its inputs changed.

    Raises ModelError when training fails, or when the archive is not the one that was trained here.
    """
    trained = _INPUTS.read_text().split() if _INPUTS.is_file() else []
    if ARCHIVE.is_file() and trained and trained[-1] != _digest(ARCHIVE):
        name = ARCHIVE.relative_to(ROOT)
        raise ModelError(f"{name} is damaged (its SHA-256 differs from the training's); `make train` makes it anew")
    if not ARCHIVE.is_file() or trained[:1] != [fingerprint()]:
        train(environment)


def train(environment: dict[str, str]) -> None:
    """Train and record what the archive was trained from; raises ModelError when training fails."""
    inputs = fingerprint()
    log = home() / "logs" / "train.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("w") as file, tempfile.TemporaryDirectory(dir=ARCHIVE.parent, prefix="training-") as folder:
        arguments = ["train", "--fixed-model-name", "teller", "--out", folder, "--skip-validation"]
        command = [sys.executable, "-W", "ignore", "-m", "rasa", *arguments]
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)  # nosec B603
        try:
            status = _wait(child)
        finally:
            child.terminate()
        fresh = Path(folder) / ARCHIVE.name
        if status != 0 or not fresh.is_file():
            raise ModelError(f"the Rasa model was not trained: {_telling_line(log)}")
        _INPUTS.unlink(missing_ok=True)
        os.replace(fresh, ARCHIVE)
    _INPUTS.write_text(f"{inputs} {_digest(ARCHIVE)}")


def _wait(child: subprocess.Popen) -> int:
    """The exit status; meanwhile the seconds count up on a terminal."""
    started = time.monotonic()
    while child.poll() is None:
        if sys.stdout.isatty():
            print(f"\rTraining the Rasa model … {time.monotonic() - started:.0f} s", end="", flush=True)
        time.sleep(1)
    print(f"\rTraining the Rasa model: {time.monotonic() - started:.0f} s", flush=True)
    return child.returncode


def _telling_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() or ["nothing was said"]
    return ([line for line in lines if "Error" in line or "rror:" in line or "xception" in line] or lines)[-1][:400]


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
