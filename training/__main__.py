"""`python -m training …`: fine-tune, evaluate, split off the held-out rows, self-test."""

from __future__ import annotations

import argparse
import csv
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

import yaml

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier.base_model import BaseModelError
from custom_components.intent_classifier.engines import loaded
from custom_components.intent_classifier.engines.engine import EngineError
from training import data, evaluation, finetune, settings

ROOT = data.ROOT
SHIPPED = ROOT / "models" / "intents"
ENGINES = Path(os.environ.get("TELLER_HOME") or ROOT / ".teller") / "engines"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected failure is one line on standard error and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    tune = commands.add_parser("finetune", help="QLoRA into a run folder; run again to resume")
    tune.add_argument("--config", type=Path, default=ROOT / "training" / "configs" / "smollm2-135m.yml")
    tune.add_argument("--out", type=Path, default=None, help="run folder (default runs/<config's name>)")
    tune.add_argument("--data", type=Path, default=None, help="Banking77's train.csv")
    tune.add_argument("--ship", action="store_true", help="copy the finished artefact to models/intents")
    score = commands.add_parser("evaluate", help="accuracy and macro-F1 on a text,category CSV")
    score.add_argument("--data", type=Path, required=True)
    score.add_argument("--artifact", type=Path, default=SHIPPED)
    score.add_argument("--engine", default=None, help="default: the one in config.yml")
    held = commands.add_parser("holdout", help="write the rows held out of training as a CSV")
    held.add_argument("--data", type=Path, default=None)
    held.add_argument("--out", type=Path, required=True)
    commands.add_parser("selftest", help="load, quantise, attach, two steps, export, evaluate")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return {"finetune": _finetune, "evaluate": _evaluate, "holdout": _holdout, "selftest": _selftest}[
            options.command
        ](options)
    except (
        artifacts.ArtifactError,
        BaseModelError,
        EngineError,
        data.DataError,
        settings.SettingsInvalid,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _finetune(options: argparse.Namespace) -> int:
    chosen = settings.read(options.config)
    folder = options.out or ROOT / "runs" / options.config.stem
    finished = finetune.run(chosen, folder, options.data)
    if options.ship:
        SHIPPED.mkdir(parents=True, exist_ok=True)
        for path in finished.iterdir():
            shutil.copy(path, SHIPPED / path.name)
    print(f"artefact: {SHIPPED if options.ship else finished}")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    artifact = artifacts.load(options.artifact)
    engine = loaded.engine(options.engine or _configured_engine(), artifact, ENGINES)
    rows = data.read_csv(options.data)
    if not rows:
        raise data.DataError(f"{options.data}: no rows")
    found = evaluation.evaluate(engine, artifact, rows)
    p50, p99 = evaluation.latency_ms(engine, [row.text for row in rows[:200]])
    print(f"accuracy {found.accuracy:.4f} macro_f1 {found.macro_f1:.4f}")
    print(f"rows {found.rows} top_3 {found.top_3:.4f} calibration_error {found.calibration_error:.4f}")
    print(f"engine {engine.name} one query p50 {p50:.1f} ms p99 {p99:.1f} ms")
    return 0


def _holdout(options: argparse.Namespace) -> int:
    defaults = settings.TrainingSettings()
    _, rows = data.split(data.read_banking77(options.data), defaults.holdout_share, defaults.holdout_seed)
    with options.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "category"])
        writer.writerows([row.text, row.intent] for row in rows)
    print(f"{len(rows)} rows in {options.out}")
    return 0


def _selftest(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        rows = data.read_own_sentences()[::40]
        finished = finetune.train(settings.TrainingSettings(batch_size=8), rows, [], Path(folder), max_steps=2)
        artifact = artifacts.load(finished)
        found = evaluation.evaluate(loaded.engine("torch-bf16", artifact, Path(folder)), artifact, rows)
    print(f"selftest: two steps trained, exported and served; accuracy {found.accuracy:.4f} on {found.rows} rows")
    return 0


def _configured_engine() -> str:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    return next(step.get("engine", "torch-bf16") for step in pipeline if step["name"].endswith("LlamaIntentClassifier"))


if __name__ == "__main__":
    sys.exit(main())
