"""`python -m training …`: fine-tune, cross-validate, calibrate, evaluate, benchmark, self-test."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import yaml

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier import in_scope
from custom_components.intent_classifier.base_files import BaseModelError
from custom_components.intent_classifier.engines import loaded
from custom_components.intent_classifier.engines.engine import EngineError
from training import (
    benchmark,
    crossval,
    data,
    evaluation,
    finetune,
    footprint,
    operating_point,
    out_of_scope,
    report,
    rival,
    settings,
    throughput,
)

ROOT = data.ROOT
CONFIG = ROOT / "training" / "configs" / "smollm2-135m.yml"
SHIPPED = ROOT / "models" / "intents"
ENGINES = Path(os.environ.get("TELLER_HOME") or ROOT / ".teller") / "engines"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an expected failure is one line on standard error and exit status 1."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        options.run(options)
    except (
        artifacts.ArtifactError,
        BaseModelError,
        EngineError,
        data.DataError,
        settings.SettingsInvalid,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        added.set_defaults(run=run)
        return added

    tune = command("finetune", _finetune, "QLoRA into a run folder; run again to resume")
    tune.add_argument("--config", type=Path, default=CONFIG)
    tune.add_argument("--out", type=Path, default=None, help="run folder (default runs/<config's name>)")
    tune.add_argument("--data", type=Path, default=None, help="Banking77's train.csv")
    tune.add_argument("--ship", action="store_true", help="copy the finished artefact to models/intents")
    cross = command("crossval", _crossval, "folds of Banking77's training split, beside the rival")
    cross.add_argument("--config", type=Path, default=CONFIG)
    cross.add_argument("--folds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    cross.add_argument("--out", type=Path, default=ROOT / "runs" / "crossval")
    cross.add_argument("--data", type=Path, default=None, help="Banking77's train.csv")
    fit = command("calibrate", _calibrate, "temperature and thresholds from the folds, into the artefact")
    fit.add_argument("--config", type=Path, default=CONFIG)
    fit.add_argument("--folds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    fit.add_argument("--from", dest="out", type=Path, default=ROOT / "runs" / "crossval")
    fit.add_argument("--data", type=Path, default=None, help="Banking77's train.csv")
    score = command("evaluate", _evaluate, "the classifier on a text,category CSV")
    score.add_argument("--data", type=Path, required=True)
    score.add_argument("--out-of-scope", type=Path, default=None, help="a CSV of sentences it is not for")
    score.add_argument("--report", type=Path, default=None, help="write an HTML report here")
    score.add_argument("--show-sentences", action="store_true", help="with the wrong sentences in the report")
    score.add_argument("--rival-train", type=Path, default=None, help="fit the rival on this CSV and compare")
    bench = command("benchmark", _benchmark, "the served engine against plain ONNX Runtime int8")
    bench.add_argument("--data", type=Path, default=ROOT / "tests" / "data" / "own_intents.csv")
    bench.add_argument("--rounds", type=int, default=300)
    for added in (fit, score, bench):
        added.add_argument("--artifact", type=Path, default=SHIPPED)
    for added in (cross, fit, score, bench):
        added.add_argument("--engine", default=_configured_engine(), help="default: the one in config.yml")
    held = command("holdout", _holdout, "write the rows held out of training, and the others, as CSVs")
    held.add_argument("--data", type=Path, default=None)
    held.add_argument("--out", type=Path, required=True)
    held.add_argument("--rest", type=Path, default=None)
    cost = command("footprint", _footprint, "memory and speed of full, LoRA, QLoRA and LoRA+ fine-tuning")
    cost.add_argument("--shape", choices=sorted(footprint.SHAPES), default="135m")
    cost.add_argument("--methods", nargs="+", choices=footprint.METHODS, default=list(footprint.METHODS))
    cost.add_argument("--batch", type=int, default=32)
    cost.add_argument("--tokens", type=int, default=16)
    cost.add_argument("--steps", type=int, default=5)
    cost.add_argument("--checkpointing", action="store_true", help="recompute activations in the backward pass")
    speed = command("throughput", _throughput, "queries a second of the merged model on a GPU, by CUDA graphs")
    speed.add_argument("--artifact", type=Path, default=SHIPPED)
    speed.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32, 128, 512])
    speed.add_argument("--tokens", type=int, default=20)
    command("selftest", _selftest, "load, quantise, attach, two steps, export, evaluate")
    return parser


def _finetune(options: argparse.Namespace) -> None:
    chosen = settings.read(options.config)
    folder = options.out or ROOT / "runs" / options.config.stem
    finished = finetune.run(chosen, folder, options.data)
    if options.ship:
        SHIPPED.mkdir(parents=True, exist_ok=True)
        for path in finished.iterdir():
            shutil.copy(path, SHIPPED / path.name)
    print(f"artefact: {SHIPPED if options.ship else finished}")


def _folds(options: argparse.Namespace) -> list[crossval.Scored]:
    chosen = settings.read(options.config)
    return [crossval.fold(chosen, number, options.out, options.engine, options.data) for number in options.folds]


def _crossval(options: argparse.Namespace) -> None:
    folds = _folds(options)
    for number, fold in zip(options.folds, folds, strict=True):
        print(
            f"fold {number} rows {len(fold.truth)} accuracy {fold.right.mean():.4f} rival {fold.rival_right.mean():.4f}"
        )
    truth, said, other = (
        np.concatenate([getattr(fold, name) for fold in folds]) for name in ("truth", "predicted", "rival")
    )
    _print_against_rival(truth, said, other)


def _calibrate(options: argparse.Namespace) -> None:
    fitted = operating_point.fit(_folds(options))
    artifacts.calibrate(options.artifact, fitted.temperature, fitted.point)
    point = fitted.point
    print(f"temperature {fitted.temperature:.3f} in_scope {point.in_scope} of {len(point.in_scope_scores)} quantiles")
    print(f"fallback {point.fallback:.2f} ambiguity {point.ambiguity:.2f}")
    print(f"cost a row {fitted.cost:.4f}, answering always {fitted.cost_always_answering:.4f}")


def _evaluate(options: argparse.Namespace) -> None:
    artifact = artifacts.load(options.artifact)
    engine = loaded.engine(options.engine, artifact, ENGINES)
    rows = data.read_csv(options.data)
    features = engine.features([row.text for row in rows])
    said = evaluation.Predictions(artifact.head.labels, artifact.head.probabilities(features), rows)
    found = evaluation.score(*said)
    latency = evaluation.latency_ms(engine, [row.text for row in rows[:200]])
    low, high = found.accuracy_interval
    print(f"accuracy {found.accuracy:.4f} macro_f1 {found.macro_f1:.4f}")
    print(f"rows {found.rows} interval {low:.4f} to {high:.4f} weighted_f1 {found.weighted_f1:.4f}")
    print(f"top_3 {found.top_3:.4f} calibration_error {found.calibration_error:.4f}")
    print(f"engine {engine.name} one query p50 {latency[0]:.1f} ms p99 {latency[1]:.1f} ms")
    scope = None
    if options.out_of_scope:
        outside = engine.features([row.text for row in data.read_csv(options.out_of_scope)])
        scope = report.ScopeScores(
            "energy", *(in_scope.score(artifact.head.labels, artifact.head.logits(f)) for f in (features, outside))
        )
        apart = out_of_scope.separation(scope.in_scope, scope.out_of_scope)
        print(f"out_of_scope auroc {apart.auroc:.4f} fpr_at_95 {apart.fpr_at_95:.4f} rows {apart.out_of_scope_rows}")
    if options.rival_train:
        other = np.array(rival.predict(data.read_csv(options.rival_train), rows))
        _print_against_rival(said.truth, said.predicted, other)
    if options.report:
        run = report.Run(
            data=options.data.name,
            engine=engine.name,
            artifact_digest=artifact.digest,
            date=datetime.now(timezone.utc),
            latency_ms=latency,
            resident_mb=evaluation.resident_mb(),
        )
        report.write(options.report, said, run, scope, options.show_sentences)
        print(f"report: {options.report}")


def _print_against_rival(truth: np.ndarray, said: np.ndarray, other: np.ndarray) -> None:
    test = evaluation.mcnemar(said, other, truth)
    print(f"rows {len(truth)} accuracy {(said == truth).mean():.4f} rival {(other == truth).mean():.4f}")
    print(f"only ours right {test.only_first}, only the rival's {test.only_second}, McNemar p {test.p_value:.2g}")


def _benchmark(options: argparse.Namespace) -> None:
    artifact = artifacts.load(options.artifact)
    found = benchmark.run(options.engine, artifact, ENGINES, data.read_csv(options.data), options.rounds)
    for name, timing, fidelity in (
        (options.engine, found.served, found.served_fidelity),
        ("onnxruntime dynamic int8", found.plain, found.plain_fidelity),
    ):
        print(f"{name}: one query p50 {timing.p50:.1f} ms p99 {timing.p99:.1f} ms, of 32 {timing.batched:.2f} ms each")
        print(
            f"  against float32: accuracy {fidelity.accuracy_points:+.2f} points, same label {fidelity.same_label:.4f}"
        )
    print(f"p50 ratio to onnxruntime dynamic int8: {found.served.p50 / found.plain.p50:.2f}")
    print(f"p99 ratio to onnxruntime dynamic int8: {found.served.p99 / found.plain.p99:.2f}")
    print(f"batch ratio to onnxruntime dynamic int8: {found.served.batched / found.plain.batched:.2f}")
    print(f"resident memory added: {found.resident_mb:.0f} MB")


def _holdout(options: argparse.Namespace) -> None:
    defaults = settings.TrainingSettings()
    rest, held = data.split(data.read_banking77(options.data), defaults.holdout_share, defaults.holdout_seed)
    for path, rows in ((options.out, held), (options.rest, rest)):
        if path:
            data.write_csv(path, rows)
            print(f"{len(rows)} rows in {path}")


def _footprint(options: argparse.Namespace) -> None:
    print("method trained weights_MiB gradients_MiB optimiser_MiB peak_MiB steps_per_second")
    for method in options.methods:
        found = footprint.measure(
            options.shape, method, options.batch, options.tokens, options.steps, options.checkpointing
        )
        peak = "-" if found.peak is None else f"{found.peak:.0f}"
        parts = f"{found.weights:.0f} {found.gradients:.0f} {found.optimiser:.0f}"
        print(f"{method} {found.trained_parameters} {parts} {peak} {found.steps_per_second:.2f}", flush=True)


def _throughput(options: argparse.Namespace) -> None:
    artifact = artifacts.load(options.artifact)
    for batch in options.batches:
        found = throughput.measure(artifact, ENGINES, batch, options.tokens)
        print(f"batch {batch}: {found.queries_per_second:.0f} queries a second, {found.batch_ms:.2f} ms a batch")


def _selftest(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = data.read_own_sentences()[::40]
        finished = finetune.train(settings.TrainingSettings(batch_size=8), rows, [], Path(folder), max_steps=2)
        artifact = artifacts.load(finished)
        found = evaluation.evaluate(loaded.engine("torch-bf16", artifact, Path(folder)), artifact, rows)
    print(f"selftest: two steps trained, exported and served; accuracy {found.accuracy:.4f} on {found.rows} rows")


def _configured_engine() -> str:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    step = next(step for step in pipeline if step["name"].endswith("LlamaIntentClassifier"))
    return str(step.get("engine", "onnx-int8"))


if __name__ == "__main__":
    sys.exit(main())
