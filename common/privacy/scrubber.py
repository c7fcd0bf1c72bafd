"""The one scrubber: personal data out of a text, before the text is written down anywhere."""

from __future__ import annotations

import logging
import re
import threading
from typing import TYPE_CHECKING, NamedTuple

from common.privacy import policy as policies
from common.privacy.normalise import PLACEHOLDER, normalise
from common.privacy.policy import Place, Policy

if TYPE_CHECKING:
    from presidio_analyzer import RecognizerResult

    from common.privacy.engine import Engine

REDACTED = "<REDACTED>"

_log = logging.getLogger(__name__)
_MAX_PASSES = 5
_PRESENT = re.compile(r"[^\W_]", re.ASCII)


class _Span(NamedTuple):
    start: int
    end: int
    entity: str
    score: float
    merged: bool


class Scrubber:
    """Replaces personal data by placeholders such as `<IBAN>`; loads its models at the first use.

    `scrub` never raises: where it cannot do its work, the whole text becomes `<REDACTED>`. It is idempotent,
    its results are never longer than the policy's limit, and it may be called from any thread.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or policies.load()
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    @property
    def policy(self) -> Policy:
        return self._policy

    def warm_up(self) -> None:
        """Load the models now; raises what loading raises, so that a broken installation shows at the start."""
        with self._lock:
            self._loaded().find("warm up, Priya", with_model=True)

    def scrub(self, text: str, place: Place = "user_text") -> str:
        """`text` without personal data, as the policy has it for this place."""
        try:
            with self._lock:
                return self._until_stable(self._cut(text), place)
        except Exception as error:
            _log.error("scrubber failed, text replaced whole: %s", type(error).__name__)
            return REDACTED

    def _loaded(self) -> Engine:
        if self._engine is None:
            from common.privacy.engine import Engine

            self._engine = Engine(self._policy)
        return self._engine

    def _cut(self, text: str) -> str:
        """At most the limit, without the beginning of something that the cut would hide."""
        limit = self._policy.limit
        if len(text) <= limit:
            return text
        head = text[: limit - 1]
        while head and not head[-1].isspace() and len(head) > limit - 65:
            head = head[:-1]
        while head and not head[-1].isalpha():
            head = head[:-1]
        return f"{head}…"

    def _until_stable(self, text: str, place: Place) -> str:
        for _ in range(_MAX_PASSES):
            scrubbed = self._cut(self._pass(text, place))
            if scrubbed == text:
                return text
            text = scrubbed
        return REDACTED

    def _pass(self, text: str, place: Place) -> str:
        view = normalise(text)
        plain = view.text
        if not _PRESENT.search(plain):
            return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
        holders = [match.span() for match in PLACEHOLDER.finditer(plain)]
        results = self._loaded().find(plain, with_model=place in self._policy.model_places)
        pieces: list[str] = []
        at = 0
        for span in _merge(results, holders):
            operator = self._policy.operator(span.entity, place)
            if operator == "keep":
                continue
            first, last = view.original_span(span.start, span.end)
            pieces += [text[at:first], _placeholder(span, plain[span.start : span.end], operator)]
            at = last
        pieces.append(text[at:])
        return "".join(pieces).encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _merge(results: list[RecognizerResult], holders: list[tuple[int, int]]) -> list[_Span]:
    """Overlapping results become one, named after the containing or else the surest one; what an earlier
    pass has put in place stays."""
    spans: list[_Span] = []
    for result in sorted(results, key=lambda item: (item.start, -item.end)):
        if any(start <= result.start and result.end <= end for start, end in holders):
            continue
        span = _Span(result.start, result.end, result.entity_type, result.score, merged=False)
        last = spans[-1] if spans else None
        if last is None or span.start >= last.end:
            spans.append(span)
        elif span.end > last.end:
            surest = max(last, span, key=lambda item: item.score)
            spans[-1] = _Span(last.start, span.end, surest.entity, surest.score, merged=True)
        elif span.start == last.start and span.end == last.end and span.score > last.score:
            spans[-1] = span
    return spans


def _placeholder(span: _Span, value: str, operator: str) -> str:
    digits = re.sub(r"\D", "", value)
    if operator == "last4" and len(digits) >= 8 and not span.merged:
        return f"<{span.entity} ending {digits[-4:]}>"
    return f"<{span.entity}>"
