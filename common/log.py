"""Log lines as JSON, scrubbed: one formatter for every logger of every process."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from common.privacy.scrubber import REDACTED, Scrubber

_QUIET = ("presidio-analyzer", "presidio-anonymizer", "matplotlib", "apscheduler", "httpx", "httpcore")
_TELLING_NUMBER = 10**6
_here = threading.local()


class JsonLines(logging.Formatter):
    """`{"ts", "level", "logger", "event", "error"?}` a line; what structlog rendered as JSON keeps its fields.

    Every text passes the scrubber, tracebacks included, so that nothing a customer wrote is logged in the clear,
    whichever of Rasa, Sanic, rasa-sdk and our own code logs it.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= {_key(key): _scrubbed(value) for key, value in _fields(_message(record)).items() if key not in line}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = _text("".join(traceback.format_exception(*record.exc_info)))
        if record.stack_info:
            line["stack"] = _text(record.stack_info)
        return json.dumps(line, ensure_ascii=False, default=lambda value: _text(str(value)))


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


def scrub_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, for a process whose structlog does not end in `logging`: goes before the renderer."""
    return {_key(key): _scrubbed(value) for key, value in event.items()}


def catch_uncaught() -> None:
    """From now on, what no one catches is logged, scrubbed, instead of printed in the clear on standard error."""

    def log_it(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger = logging.getLogger("uncaught")
        if not logger.hasHandlers():  # else Python prints the traceback by itself, in the clear
            shown = logging.StreamHandler()
            shown.setFormatter(JsonLines())
            logger.addHandler(shown)
        known = (kind, error, trace) if error is not None else None
        logger.critical("uncaught %s", kind.__name__, exc_info=known)
        print(f"error: uncaught {kind.__name__}; see the log", file=sys.stderr)

    sys.excepthook = log_it
    threading.excepthook = lambda raised: log_it(raised.exc_type, raised.exc_value, raised.exc_traceback)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # arguments that do not fit, or that fail to say what they are
        return str(record.msg)


def _fields(message: str) -> dict[str, Any]:
    """The fields of a line that structlog has rendered already, else the message as the event."""
    if message.startswith("{"):
        try:
            fields = json.loads(message)
        except (ValueError, RecursionError):
            return {"event": message}
        if isinstance(fields, dict):
            return fields
    return {"event": message}


def _scrubbed(value: Any) -> Any:
    if value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < _TELLING_NUMBER):
        return value
    if isinstance(value, int | float):
        text = str(value)
        return value if _text(text) == text else _text(text)
    return _text(value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False))


def _key(key: str) -> str:
    """A plain word as it is, anything else scrubbed."""
    return (
        key if key.isascii() and key.replace(".", "_").isidentifier() and not any(map(str.isdigit, key)) else _text(key)
    )


def _text(text: str) -> str:
    """Scrubbed; what the scrubber itself logs meanwhile cannot be, and is replaced whole."""
    if getattr(_here, "scrubbing", False):
        return REDACTED
    _here.scrubbing = True
    try:
        return _scrubber().scrub(text, "log")
    finally:
        _here.scrubbing = False


@lru_cache(maxsize=1)
def _scrubber() -> Scrubber:
    return Scrubber()
