from __future__ import annotations

import json
import logging
import sys

import pytest

from common.log import JsonLines


def line(message: str, *arguments: object, exc_info: object = None) -> dict:
    # Ignored below: wrong arguments on purpose
    record = logging.LogRecord("rasa.core", logging.ERROR, __file__, 1, message, arguments, exc_info)  # type: ignore
    return json.loads(JsonLines().format(record))


@pytest.mark.parametrize(
    "message",
    [
        "received '%s'",
        '{"event": "user said", "text": "%s"}',
        '{"event": "nested", "parse": {"text": "%s"}}',
    ],
)
@pytest.mark.parametrize("secret", ["4111 1111 1111 1111", "GB29 NWBK 6016 1331 9268 19", "jo@example.com"])
def test_personal_data_never_reaches_the_line(message: str, secret: str) -> None:
    written = line(message, secret)
    assert secret not in json.dumps(written)
    assert written["level"] == "error"
    assert written["event"]


def test_a_traceback_is_scrubbed_too() -> None:
    try:
        raise ValueError("cannot read 4111 1111 1111 1111")
    except ValueError:
        written = line("turn failed", exc_info=sys.exc_info())
    assert "4111" not in json.dumps(written)
    assert "ValueError" in written["error"]


def test_fields_of_structlog_are_kept() -> None:
    written = line('{"event": "action_failed", "action": "action_check_balance", "took": 3}')
    assert (written["event"], written["action"], written["took"]) == ("action_failed", "action_check_balance", 3)


def test_a_line_cannot_break_out_of_its_line() -> None:
    assert "\n" not in JsonLines().format(logging.LogRecord("a", 20, __file__, 1, "one\ntwo", (), None))
