"""Log lines as JSON, scrubbed: one formatter for every logger of every process."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from common.privacy.scrubber import Scrubber

_QUIET = ("presidio-analyzer", "presidio-anonymizer", "matplotlib", "apscheduler", "httpx", "httpcore")


class JsonLines(logging.Formatter):
    """`{"ts", "level", "logger", "event", "error"?}` a line; what structlog rendered as JSON keeps its fields.

    Every text passes the scrubber, tracebacks included, so that nothing a customer wrote is logged in the clear.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= {key: _scrubbed(value) for key, value in _fields(record.getMessage()).items() if key not in line}
        if record.exc_info:
            line["error"] = _scrubbed("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, ensure_ascii=False, default=str)


def configuration(path: Path) -> dict[str, Any]:
    """A `logging.config` dictionary that writes JSON lines to `path`, from level INFO on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "common.log.JsonLines"}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(path), "formatter": "json"}},
        "loggers": {name: {"level": "WARNING"} for name in _QUIET},
        "root": {"level": "INFO", "handlers": ["file"]},
    }


def _fields(message: str) -> dict[str, Any]:
    """The fields of a line that structlog has rendered already, else the message as the event."""
    if message.startswith("{"):
        try:
            fields = json.loads(message)
        except ValueError:
            return {"event": message}
        if isinstance(fields, dict):
            return fields
    return {"event": message}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    return _scrubber().scrub(value if isinstance(value, str) else json.dumps(value, default=str), "log")


@lru_cache(maxsize=1)
def _scrubber() -> Scrubber:
    return Scrubber()
