"""Features from a classifier service over HTTP, so that assistants without a GPU can share one.

What customers write is in the requests, so no exception here quotes a request or has one attached.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx
import numpy as np

from custom_components.intent_classifier import encoder
from custom_components.intent_classifier.artifact import Artifact
from custom_components.intent_classifier.engines import wire
from custom_components.intent_classifier.engines.engine import DEFAULTS, EngineBusy, EngineError, Options

TIMEOUT = httpx.Timeout(10.0, connect=2.0)
# Seconds before another attempt after a connection that did not stand; nothing else is tried again.
_PAUSES_S = (0.1, 0.4)
_NO_CONNECTION = (httpx.NetworkError, httpx.ConnectTimeout, httpx.RemoteProtocolError)


class RemoteEngine:
    """Asks the service at `options.url`, with the token from the environment; refuses one with another artefact."""

    name = "remote"

    def __init__(self, artifact: Artifact, folder: Path, options: Options = DEFAULTS) -> None:
        self._digest = artifact.digest
        self._hidden = int(artifact.class_means.shape[1])
        self._url = _checked(options.url)
        token = os.environ.get(wire.TOKEN_VARIABLE)
        if not token:
            raise EngineError(f"classifier: engine remote needs the service's secret in {wire.TOKEN_VARIABLE}")
        self._client = httpx.Client(
            base_url=self._url,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,
        )
        self.features(["warm up"])

    def features(self, texts: list[str]) -> np.ndarray:
        """float32 (len(texts), hidden); raises EngineError without a usable answer, EngineBusy when asked too much."""
        found = np.empty((len(texts), self._hidden), dtype=np.float32)
        for start in range(0, len(texts), wire.MAX_TEXTS):
            some = [encoder.normalise(text) for text in texts[start : start + wire.MAX_TEXTS]]
            found[start : start + len(some)] = self._read(self._ask(wire.request(some)), len(some))
        return found

    def _ask(self, body: bytes) -> httpx.Response:
        failure = ""
        for pause in (*_PAUSES_S, None):
            try:
                return self._client.post(wire.FEATURES, content=body)
            except httpx.HTTPError as error:
                failure = type(error).__name__
                if pause is None or not isinstance(error, _NO_CONNECTION):
                    break
            time.sleep(pause)
        # Raised out here, so that httpx's exception with the request in it is not attached.
        raise EngineError(f"classifier: no answer from the service at {self._url} ({failure}); is it running?")

    def _read(self, response: httpx.Response, rows: int) -> np.ndarray:
        if response.status_code == 503:
            raise EngineBusy(f"classifier: the service at {self._url} is busy; ask again shortly")
        if response.status_code == 401:
            raise EngineError(f"classifier: the service at {self._url} refuses the secret in {wire.TOKEN_VARIABLE}")
        if response.status_code != 200:
            raise EngineError(f"classifier: the service at {self._url} answered with status {response.status_code}")
        try:
            features, digest = wire.features_of(response.content)
        except wire.WireError as error:
            raise EngineError(f"classifier: the service at {self._url} cannot be understood: {error}") from None
        if digest != self._digest:
            raise EngineError(
                f"classifier: the service at {self._url} has artefact {digest[:16]}, this assistant "
                f"{self._digest[:16]}; deploy the same models/intents to both"
            )
        if features.shape != (rows, self._hidden):
            raise EngineError(f"classifier: the service at {self._url} gave features of shape {features.shape}")
        return features


def _checked(url: str | None) -> str:
    """The address without a slash at its end; raises EngineError unless it is one of HTTP without credentials."""
    try:
        parsed = httpx.URL(url or "")
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise EngineError("classifier: engine remote needs `url: http://host:port` beside it in config.yml")
    return str(parsed).rstrip("/")
