"""The sentences a run learns from: Banking77's training split, verified by hash, and the project's own."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import yaml
from sklearn.model_selection import StratifiedKFold, train_test_split

ROOT = Path(__file__).resolve().parent.parent
BANKING77_SHA256 = "b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b"
BANKING77_SOURCE = "https://raw.githubusercontent.com/PolyAI-LDN/task-specific-datasets/master/banking_data/train.csv"
_BESIDE_THE_PROJECT = ROOT.parent / "shared" / "data" / "banking77" / "train.csv"


class DataError(RuntimeError):
    """Training data is missing, or is not the file its hash names."""


@dataclass(frozen=True)
class Row:
    """A sentence and its intent's name in the domain."""

    text: str
    intent: str


def intent_name(label: str) -> str:
    """The domain's name for a Banking77 label (lower case, word characters only)."""
    return re.sub(r"\W", "", label.strip().lower())


def normalised(text: str) -> str:
    """Words only, in lower case: two sentences that share it are the same sentence."""
    return re.sub(r"\W+", " ", text.lower()).strip()


def read_csv(path: Path) -> list[Row]:
    """Rows of a `text,category` CSV in UTF-8; raises DataError when the columns are not there."""
    if not path.is_file():
        raise DataError(f"no such file: {path}")
    return _parse(path.read_text(encoding="utf-8-sig"), str(path))


def write_csv(path: Path, rows: list[Row]) -> None:
    """Rows as a `text,category` CSV in UTF-8."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "category"])
        writer.writerows([row.text, row.intent] for row in rows)


def read_banking77(path: Path | None = None) -> list[Row]:
    """Banking77's training split from `path`, else $BANKING77, else beside the project, else its public source.

    The SHA-256 is checked in every case. Raises DataError when none is at hand or the hash differs.
    """
    named = path or (Path(os.environ["BANKING77"]) if os.environ.get("BANKING77") else None)
    if named is None and _BESIDE_THE_PROJECT.is_file():
        named = _BESIDE_THE_PROJECT
    if named is not None:
        if not named.is_file():
            raise DataError(f"Banking77: no such file: {named}")
        content, source = named.read_bytes(), str(named)
    else:
        source = BANKING77_SOURCE
        try:
            with urllib.request.urlopen(source, timeout=30) as response:  # nosec B310: fixed https address
                content = response.read()
        except OSError as error:
            raise DataError(f"Banking77: not at hand and not fetched ({error}); name it by BANKING77=path") from error
    if hashlib.sha256(content).hexdigest() != BANKING77_SHA256:
        raise DataError(f"Banking77: {source} is not the file expected (SHA-256 differs)")
    return _parse(content.decode("utf-8"), source)


def read_own_sentences(folder: Path = ROOT / "data" / "nlu") -> list[Row]:
    """The example sentences of data/nlu, entity annotations reduced to their text."""
    rows = []
    for path in sorted(folder.glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in item.get("examples", "").splitlines():
                text = re.sub(r"\[([^\]]+)\](\([^)]*\)|\{[^}]*\})", r"\1", line.strip().removeprefix("-").strip())
                if text and "intent" in item:
                    rows.append(Row(text, item["intent"]))
    return rows


def split(rows: list[Row], share: float | int, seed: int) -> tuple[list[Row], list[Row]]:
    """(rest, held out): a stratified share, or number, of the rows, as scikit-learn's train_test_split draws it."""
    if share == 0:
        return rows, []
    rest, held = train_test_split(rows, test_size=share, stratify=[row.intent for row in rows], random_state=seed)
    return rest, held


def folds(rows: list[Row], count: int = 5, seed: int = 7) -> list[tuple[list[Row], list[Row]]]:
    """(rest, scored) of each fold: stratified, shuffled, as scikit-learn's StratifiedKFold draws them."""
    intents = [row.intent for row in rows]
    drawn = StratifiedKFold(count, shuffle=True, random_state=seed).split(rows, intents)
    return [([rows[i] for i in rest], [rows[i] for i in scored]) for rest, scored in drawn]


def fingerprint(rows: list[Row]) -> str:
    """SHA-256 of the rows in order, for the model card."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.text}\x1f{row.intent}\x1e".encode())
    return digest.hexdigest()


def _parse(content: str, source: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(content))
    if not reader.fieldnames or not {"text", "category"} <= set(reader.fieldnames):
        raise DataError(f"{source}: the header must name the columns text,category")
    return [Row(row["text"], intent_name(row["category"])) for row in reader]
