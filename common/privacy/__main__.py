"""`python -m common.privacy report|benchmark`: how much the scrubber finds, and how long it takes."""

from __future__ import annotations

import sys

from common.privacy.engine import MODEL
from common.privacy.exam import benchmark, report
from common.privacy.scrubber import Scrubber


def main() -> int:
    """One command; exit status 1 when a bar is missed."""
    commands = {"report": lambda: report.run(MODEL), "benchmark": lambda: benchmark.run(Scrubber())}
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command not in commands:
        print(f"usage: python -m common.privacy {'|'.join(commands)}", file=sys.stderr)
        return 2
    return 0 if commands[command]() else 1


if __name__ == "__main__":
    sys.exit(main())
