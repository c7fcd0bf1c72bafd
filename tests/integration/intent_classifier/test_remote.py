"""The remote engine against the real classifier service, over HTTP; behind it an engine that is quick to test."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import httpx
import numpy as np
import pytest

from custom_components.intent_classifier import artifact as artifacts
from custom_components.intent_classifier import service
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.batching import MicroBatcher
from custom_components.intent_classifier.engines import remote, wire
from custom_components.intent_classifier.engines.engine import EngineBusy, EngineError, Options
from custom_components.intent_classifier.engines.remote import RemoteEngine
from tests.running_service import SECRET, running_service

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "models" / "intents"
HIDDEN = 576
BEARER = {"Authorization": f"Bearer {SECRET}"}
WORDS = "my name is Ottoline Featherstonehaugh"
WAIT_S = 20


class Hashed:
    """Features drawn from the sentence's hash; `gate` holds calls, "break" fails, "NaN" is not a number."""

    name = "hashed"

    def __init__(self) -> None:
        self.calls = 0
        self.gate = Event()
        self.gate.set()

    def features(self, texts: list[str]) -> np.ndarray:
        self.calls += 1
        assert self.gate.wait(WAIT_S)
        if "break" in texts:
            raise ValueError(f"cannot read {texts}")
        rows = [np.random.default_rng(list(hashlib.sha256(text.encode()).digest())).random(HIDDEN) for text in texts]
        found = np.stack(rows).astype(np.float32)
        found[[text == "NaN" for text in texts]] = np.nan
        return found


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    return artifacts.load(SHIPPED)


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(wire.TOKEN_VARIABLE, SECRET)


@pytest.fixture
def engine() -> Hashed:
    return Hashed()


@pytest.fixture
def batcher(engine: Hashed) -> Iterator[MicroBatcher]:
    made = MicroBatcher(engine, most_waiting=4)
    yield made
    engine.gate.set()
    made.close()


@pytest.fixture
def url(batcher: MicroBatcher, artifact: Artifact) -> Iterator[str]:
    with running_service(batcher, artifact.digest) as address:
        yield address


def connect(url: str | None, artifact: Artifact) -> RemoteEngine:
    return RemoteEngine(artifact, Path("unused"), Options(url=url))


def told(error: BaseException | None) -> str:
    """Everything that an exception could tell a log: its chain, and what is attached to it."""
    text = ""
    while error is not None:
        attached = [value.content for value in vars(error).values() if isinstance(value, httpx.Request)]
        text += "".join(traceback.format_exception(error)) + repr(error.args) + repr(attached)
        error = error.__cause__ or error.__context__
    return text


# The engine


@pytest.mark.parametrize("count", [0, 1, wire.MAX_TEXTS, wire.MAX_TEXTS + 1, 3 * wire.MAX_TEXTS])
def test_features_are_those_of_the_service_in_order(url: str, artifact: Artifact, engine: Hashed, count: int) -> None:
    texts = [f"sentence number {i}" for i in range(count)]
    found = connect(url, artifact).features(texts)
    assert found.shape == (count, HIDDEN)
    assert found.dtype == np.float32
    if texts:
        assert (found == engine.features(texts)).all()


@pytest.mark.parametrize("given", ["\ud800 hello \x00", "ｈｅｌｌｏ", " hello\n"])
def test_every_string_can_be_sent(url: str, artifact: Artifact, engine: Hashed, given: str) -> None:
    assert (connect(url, artifact).features([given]) == engine.features(["hello"])).all()


def test_a_service_with_another_artefact_is_refused(url: str, artifact: Artifact) -> None:
    other = dataclasses.replace(artifact, digest="f" * 64)
    with pytest.raises(EngineError, match=f"has artefact {artifact.digest[:16]}, this assistant {'f' * 16}"):
        connect(url, other)


@pytest.mark.parametrize("secret", ["", "another secret entirely"])
def test_without_the_services_secret_nothing_starts(
    url: str, artifact: Artifact, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(wire.TOKEN_VARIABLE, secret)
    with pytest.raises(EngineError, match=f"secret in {wire.TOKEN_VARIABLE}"):
        connect(url, artifact)


@pytest.mark.parametrize("url", [None, "", "localhost:5006", "ftp://host", "http://", "http://u:p@host", "http://[::1"])
def test_a_bad_address_is_named(artifact: Artifact, url: str | None) -> None:
    with pytest.raises(EngineError, match=r"url: http://host:port"):
        connect(url, artifact)


def test_a_service_that_starts_again_is_found_again(batcher: MicroBatcher, artifact: Artifact, engine: Hashed) -> None:
    with running_service(batcher, artifact.digest) as address:
        remote_engine = connect(address, artifact)
    with pytest.raises(EngineError, match="no answer from the service"):
        remote_engine.features([WORDS])
    with running_service(batcher, artifact.digest, port=int(address.rsplit(":", 1)[1])):
        assert (remote_engine.features([WORDS]) == engine.features([WORDS])).all()


@pytest.mark.parametrize(("drops", "answered"), [(1, True), (2, True), (3, False)])
def test_a_dropped_connection_is_tried_again_so_often_and_no_more(
    artifact: Artifact, drops: int, answered: bool
) -> None:
    body = json.dumps(wire.answer(np.ones((1, HIDDEN), np.float32), artifact.digest)).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    seen = []

    def serve(listener: socket.socket) -> None:
        for number in range(1, min(drops, 2) + 2):
            connection, _ = listener.accept()
            with connection:
                seen.append(connection.recv(65_536))
                if number > drops:
                    connection.sendall(head + body)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if answered:
            connect(address, artifact)
        else:
            with pytest.raises(EngineError, match="no answer"):
                connect(address, artifact)
        thread.join(WAIT_S)
    assert len(seen) == min(drops, 2) + 1


def test_a_slow_service_is_given_up_and_not_asked_twice(
    url: str, artifact: Artifact, engine: Hashed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "TIMEOUT", httpx.Timeout(0.5))
    remote_engine = connect(url, artifact)
    engine.gate.clear()
    before, started = engine.calls, time.monotonic()
    with pytest.raises(EngineError, match="ReadTimeout") as failed:
        remote_engine.features([WORDS])
    assert time.monotonic() - started < 5
    assert engine.calls == before + 1
    assert "Featherstonehaugh" not in told(failed.value)


def test_a_full_service_is_busy(url: str, artifact: Artifact, engine: Hashed, batcher: MicroBatcher) -> None:
    remote_engine = connect(url, artifact)
    engine.gate.clear()
    before = engine.calls
    running = [threading.Thread(target=batcher.features, args=([text] * 3,)) for text in ("first", "second")]
    for number, thread in enumerate(running):
        thread.start()
        while (engine.calls - before, len(batcher._asked)) != (1, number):
            time.sleep(0.001)
    with pytest.raises(EngineBusy, match="busy"):
        remote_engine.features(["one", "two"])
    engine.gate.set()
    for thread in running:
        thread.join(WAIT_S)


@pytest.mark.parametrize(("word", "says"), [("NaN", "not finite"), ("break", "status 500")])
def test_an_unusable_answer_is_an_error_that_quotes_nothing(
    url: str, artifact: Artifact, caplog: pytest.LogCaptureFixture, word: str, says: str
) -> None:
    with pytest.raises(EngineError, match=says) as failed:
        connect(url, artifact).features([WORDS, word])
    assert "Featherstonehaugh" not in told(failed.value)
    assert "Featherstonehaugh" not in caplog.text


def test_features_of_another_size_are_refused(batcher: MicroBatcher, artifact: Artifact) -> None:
    narrow = dataclasses.replace(artifact, class_means=artifact.class_means[:, :10])
    with running_service(batcher, artifact.digest) as address, pytest.raises(EngineError, match="shape"):
        connect(address, narrow)


# The service


def test_health_needs_no_secret_and_names_the_artefact(url: str, artifact: Artifact) -> None:
    said = httpx.get(f"{url}/health", trust_env=False)
    assert (said.status_code, said.json()) == (
        200,
        {"status": "ready", "engine": "hashed", "digest": artifact.digest},
    )


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("POST", "/features", {}, b'{"texts": ["Ottoline"]}', 401, "unauthorized"),
        ("POST", "/features", {"Authorization": "Bearer wrong"}, b'{"texts": ["Ottoline"]}', 401, "unauthorized"),
        ("POST", "/features", {"Authorization": SECRET}, b'{"texts": ["Ottoline"]}', 401, "unauthorized"),
        ("POST", "/features", {"Authorization": b"Bearer \xff\xc3"}, b'{"texts": ["Ottoline"]}', 401, "unauthorized"),
        ("POST", "/features", BEARER, b"Ottoline", 400, "invalid_request"),
        ("POST", "/features", BEARER, b'{"texts": "Ottoline"}', 400, "invalid_request"),
        ("POST", "/features", BEARER, b'{"texts": ["Ottoline", "break"]}', 500, "internal_error"),
        ("POST", "/features", BEARER, b"x" * (wire.MAX_BODY_BYTES + 1), 413, "body_too_large"),
        ("GET", "/features", BEARER, b"", 405, "method_not_allowed"),
        ("GET", "/elsewhere", BEARER, b"", 404, "not_found"),
    ],
)
def test_refusals_have_the_one_shape_and_repeat_nothing(
    url: str,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    headers: dict,
    body: bytes,
    status: int,
    code: str,
) -> None:
    said = httpx.request(method, f"{url}{path}", headers=headers, content=body, trust_env=False)
    error = said.json()["error"]
    assert (said.status_code, set(said.json()), set(error)) == (status, {"error"}, {"code", "message", "trace_id"})
    assert error["code"] == code
    assert "Ottoline" not in said.text + caplog.text


def test_features_are_base64_of_little_endian_floats(url: str, engine: Hashed, artifact: Artifact) -> None:
    said = httpx.post(f"{url}/features", headers=BEARER, json={"texts": ["hello"]}, trust_env=False).json()
    assert (said["digest"], said["shape"]) == (artifact.digest, [1, HIDDEN])
    assert base64.b64decode(said["features"]) == engine.features(["hello"]).astype("<f4").tobytes()


@pytest.mark.parametrize(
    ("secret", "arguments", "says"),
    [
        ("", [], f"set {wire.TOKEN_VARIABLE}"),
        ("short", [], "at least 16 characters"),
        (SECRET, ["--interface", "192.0.2.1"], "cannot listen at 192.0.2.1"),
        (SECRET, ["--port", "0", "--artifact", "nowhere"], "artifact.json is missing"),
    ],
)
def test_a_start_that_fails_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, secret: str, arguments: list[str], says: str
) -> None:
    monkeypatch.setenv(wire.TOKEN_VARIABLE, secret)
    assert service.main(arguments) == 1
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert says in line
    assert line.count("\n") == 1


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_service_starts_as_a_process_serves_and_ends_at_a_signal(tmp_path: Path, artifact: Artifact) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "custom_components.intent_classifier.service", "--port", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"TELLER_HOME": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("classifier service at http://127.0.0.1:")
        features = connect(said.split()[3].rstrip(","), artifact).features(["my card was stolen"])
        label = artifact.head.labels[artifact.head.probabilities(features).argmax()]
        assert label == "lost_or_stolen_card"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
