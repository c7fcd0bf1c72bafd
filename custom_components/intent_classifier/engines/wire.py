"""What the remote engine and the classifier service say to each other: one request, one answer, their limits.

Request: `{"texts": [str, …]}`. Answer: `{"digest", "shape": [n, hidden], "features": base64 of little-endian float32}`.
"""

from __future__ import annotations

import base64
import json

import numpy as np

FEATURES, HEALTH = "/features", "/health"
TOKEN_VARIABLE = "TELLER_CLASSIFIER_TOKEN"
MAX_TEXTS = 64
# 64 normalised texts of 2,000 characters, four bytes each, fit.
MAX_BODY_BYTES = 1 << 20


class WireError(ValueError):
    """A request or an answer that is not of the agreed form; the message quotes none of it."""


def request(texts: list[str]) -> bytes:
    """The body for at most MAX_TEXTS normalised texts."""
    return json.dumps({"texts": texts}, ensure_ascii=False).encode()


def texts_of(body: bytes) -> list[str]:
    """The texts of a request; raises WireError."""
    try:
        texts = json.loads(body.decode("utf-8"))["texts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WireError('the body must be a JSON object {"texts": [...]}') from None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise WireError("texts must be a list of strings")
    if not 1 <= len(texts) <= MAX_TEXTS:
        raise WireError(f"texts must have 1 to {MAX_TEXTS} entries")
    return texts


def answer(features: np.ndarray, digest: str) -> dict[str, object]:
    """The body for features (n, hidden) of the artefact named by `digest`."""
    data = base64.b64encode(np.ascontiguousarray(features, dtype="<f4").tobytes()).decode("ascii")
    return {"digest": digest, "shape": list(features.shape), "features": data}


def features_of(body: bytes) -> tuple[np.ndarray, str]:
    """(features, digest) of an answer; features are finite float32 of shape (n, hidden). Raises WireError."""
    try:
        said = json.loads(body)
        digest, (rows, columns), data = said["digest"], said["shape"], base64.b64decode(said["features"], validate=True)
        features = np.frombuffer(data, dtype="<f4").reshape(rows, columns).astype(np.float32)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WireError("the answer is not of the agreed form") from None
    if not np.isfinite(features).all():
        raise WireError("the answer holds numbers that are not finite")
    return features, str(digest)
