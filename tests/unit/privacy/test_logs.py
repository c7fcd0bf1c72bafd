"""Planted secrets through every logger of the house, read back as bytes."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from _pytest.logging import LogCaptureHandler
from rasa.utils.log_utils import configure_structlog

from common import log

SECRETS = ["4111 1111 1111 1111", "GB29NWBK60161331926819", "priya.r@example.com", "078-05-1120"]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bytes]]:
    """What has been logged so far; afterwards logging is as it was."""
    root, path = logging.getLogger(), tmp_path / "house.log"
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(LogCaptureHandler, "handleError", lambda *_: None)  # pytest's own raises on a bad line
    logging.config.dictConfig(log.configuration(path))
    configure_structlog(logging.INFO)

    def read() -> bytes:
        for handler in root.handlers:
            handler.flush()
        return path.read_bytes()

    yield read
    for handler in root.handlers[:]:
        handler.close()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def deep(secret: str) -> None:
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"could not read {secret}") from error


def plainly(secret: str) -> None:
    logging.getLogger("house").info("said %s and {'text': %r}", secret, {"text": secret})


def with_traceback(secret: str) -> None:
    try:
        deep(secret)
    except ValueError:
        logging.getLogger("sanic.error").exception("Exception occurred while handling uri: %s", secret)


def through_structlog(secret: str) -> None:
    structlog.get_logger("rasa.core.processor").info("processor.message", text=secret, nested={"a": [secret]})


def through_structlog_with_traceback(secret: str) -> None:
    try:
        deep(secret)
    except ValueError:
        structlog.get_logger("rasa_sdk.executor").error("action failed", exc_info=True)


def as_a_number(secret: str) -> None:
    digits = "".join(filter(str.isdigit, secret)) or "0"
    structlog.get_logger("rasa").warning("number", value=int(digits) if len(digits) > 12 else 7, **{f"key {secret}": 1})


def badly(secret: str) -> None:
    logging.getLogger("rasa_sdk").warning("%d items, " + secret, secret)


def with_stack(secret: str) -> None:
    logging.getLogger("sanic.access").warning(secret, stack_info=True)


@pytest.mark.parametrize(
    "say",
    [
        plainly,
        with_traceback,
        through_structlog,
        through_structlog_with_traceback,
        as_a_number,
        badly,
        with_stack,
    ],
)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_logger_writes_a_secret(written: Callable[[], bytes], say: Callable[[str], None], secret: str) -> None:
    say(secret)
    found = written()
    assert found.count(b"\n") == 1
    assert secret.encode() not in found
    assert "".join(filter(str.isalnum, secret)).encode() not in found


def test_what_the_scrubber_logs_meanwhile_does_not_hang(
    written: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Talkative:
        def scrub(self, text: str, place: str) -> str:
            logging.getLogger("presidio-analyzer").error("looking at %s", text)
            return "<REDACTED>"

    monkeypatch.setattr(log, "_scrubber", Talkative)
    logging.getLogger("house").info("my card is %s", SECRETS[0])
    assert b"4111" not in written()


def test_a_structlog_event_is_scrubbed_without_logging() -> None:
    event = log.scrub_event(None, "info", {"event": "said", "text": SECRETS[0], "took": 3})
    assert event == {"event": "said", "text": "<CARD_NUMBER>", "took": 3}
